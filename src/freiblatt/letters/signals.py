"""What the room announces, inside the transaction of its cause.

`subscription_ended` carries `subscription`: its subscriber wants no more of these letters, by one click in one of them.
"""

from django.dispatch import Signal

subscription_ended = Signal()
