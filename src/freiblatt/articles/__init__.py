"""What is published: articles, sections, authors, topics, plain pages, pictures, documents, recordings.

Other rooms add blocks to an article's body through `body.py` and parts to its page, feed, letter or print through
`parts.py`. The room does not know who reads, discusses or pays.
"""
