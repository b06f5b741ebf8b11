"""What the room announces to those above it. Every signal is sent inside the transaction of the change.

`article_published`: sent with `article` and `is_new` whenever a public version is stored; `is_new` says that it was not
public right before. `article_unpublished`: sent with `article` when it stops being public. `article_deleted`: sent with
`article` while its row still exists. `article_withdrawn`: sent with `article`, `by` (a staff member or None) and `at`
when somebody takes it back on purpose, after `article_unpublished`.
"""

from django.dispatch import Signal

article_published = Signal()
article_unpublished = Signal()
article_deleted = Signal()
article_withdrawn = Signal()
