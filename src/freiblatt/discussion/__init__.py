"""The discussion under an article.

A *thread* belongs to one article; a *comment* is a root or an answer. A comment that is gone while answers to it still
stand stays as a *tombstone*; one that a copy of an older site had lost stands as a *placeholder* that names its writer.
What readers may see is kept in a plain number, the *slot*, so that a thread of 10,000 comments is read as cheaply as
one of ten. What waits for a decision of the newsroom is the *queue*; its screens are the `desk`. Rules hold comments,
and people refuse them, under a *house rule*.
"""
