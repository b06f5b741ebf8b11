"""What the room announces to those above it. Every signal is sent inside the transaction of the change.

`correction_accepted`: sent with `comment`, `by` (a staff member) and `reason` (words for readers, may be empty) when
the newsroom says that a reader's correction is right. `correction_declined`: the same when it is not.
"""

from django.dispatch import Signal

correction_accepted = Signal()
correction_declined = Signal()
