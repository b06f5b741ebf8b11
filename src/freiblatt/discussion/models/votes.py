"""Votes, and the orders that are made of them."""

import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freiblatt.discussion.models.comments import Comment
from freiblatt.discussion.models.threads import Thread


class Ballot(models.Model):
    """The time in which a thread can be voted on.

    A vote is known by the voter's network address, hashed with a secret that belongs to this thread alone and is
    deleted when voting ends. From then on nobody can tell any more who voted.
    """

    thread = models.OneToOneField(Thread, on_delete=models.CASCADE, related_name="ballot", verbose_name=_("thread"))
    #: 64 hex digits; empty once voting has ended.
    secret = models.CharField(max_length=64, blank=True, editable=False)
    opened_on = models.DateTimeField(_("opened on"), default=timezone.now)
    closes_on = models.DateTimeField(_("closes on"))

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        default_permissions = ()
        indexes = [models.Index(fields=["closes_on"], name="ballots_by_end")]

    def __str__(self) -> str:
        return f"Ballot of thread {self.thread_id}"

    def is_open(self, now: datetime.datetime | None = None) -> bool:
        """Return whether votes count at this moment."""
        return self.secret != "" and self.closes_on > (now or timezone.now())


class Vote(models.Model):
    """One voter's opinion of one comment."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="votes", verbose_name=_("comment"))
    voter_key = models.CharField(max_length=32)
    #: The address that a confirmed reader voted from, as guests there are known by; goes with the ballot's secret.
    sender_key = models.CharField(max_length=32, blank=True)
    value = models.SmallIntegerField()

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["comment", "voter_key"], name="one_vote_for_each_voter"),
            models.CheckConstraint(condition=models.Q(value__in=[1, -1]), name="vote_is_up_or_down"),
        ]

    def __str__(self) -> str:
        return f"Vote on comment {self.comment_id}"


class TopSlice(models.Model):
    """One slice of a thread's roots by votes, as they stood when this order was made.

    Votes move comments while somebody reads from slice to slice. An order that is made now and then, and stays while
    it is read, shows nothing twice and misses nothing.
    """

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="top_slices")
    edition = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    #: Ids of roots in their order, separated by blanks; at most ROOTS_IN_SLICE.
    roots = models.TextField()
    made_on = models.DateTimeField(default=timezone.now)
    is_last = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("slice by votes")
        verbose_name_plural = _("slices by votes")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["thread", "edition", "number"], name="one_slice_for_each_number"),
        ]
        indexes = [models.Index(fields=["made_on"], name="top_slices_by_age")]

    def __str__(self) -> str:
        return f"Slice {self.number} of order {self.edition} of thread {self.thread_id}"

    @property
    def root_ids(self) -> list[int]:
        """The ids of the roots in their order."""
        return [int(pk) for pk in self.roots.split()]
