"""Threads and comments."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: How many roots one slice of a thread shows, and how many answers stand below each of them at first.
ROOTS_IN_SLICE = 20
ANSWERS_BELOW_ROOT = 3
#: How many answers the page of one comment shows at a time.
ANSWERS_IN_SLICE = 60

NAME_LENGTH = 80
#: No conversation is that deep; a chain built by a program may be.
DEEPEST = 1000


class ThreadState(models.TextChoices):
    OPEN = "open", _("Open")
    HELD = "held", _("New comments wait for the desk")
    CLOSED = "closed", _("Closed")


class Thread(models.Model):
    """All comments under one article."""

    article = models.OneToOneField(
        "articles.ArticlePage", on_delete=models.CASCADE, related_name="thread", verbose_name=_("article")
    )
    state = models.CharField(_("state"), max_length=10, choices=ThreadState.choices, default=ThreadState.OPEN)
    opens_on = models.DateTimeField(_("opens on"), null=True, blank=True)
    closes_on = models.DateTimeField(_("closes on"), null=True, blank=True)
    n_public = models.PositiveIntegerField(_("public comments"), default=0, editable=False)
    n_held = models.PositiveIntegerField(_("comments that wait"), default=0, editable=False)
    #: Comments that an older site had and that its copy no longer contained. Said to readers, never counted as present.
    n_lost = models.PositiveIntegerField(_("comments lost before moving in"), default=0)
    #: Grows with every change that readers can see.
    seq = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True) | Q(closes_on__isnull=True) | Q(closes_on__gt=F("opens_on")),
                name="thread_closes_after_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return f"Thread {self.pk}"

    @property
    def key(self) -> str:
        """The key of every page that shows something of this thread."""
        return thread_key(self.article_id)


def thread_key(article_id: int) -> str:
    """Return the key of every page that shows something of the thread under an article."""
    return f"thread:{article_id}"


class CommentState(models.TextChoices):
    WAITING = "waiting", _("Waits for the desk")
    PUBLIC = "public", _("Public")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn by its writer")
    REMOVED = "removed", _("Removed by the desk")
    ERASED = "erased", _("Erased")
    LOST = "lost", _("Lost before moving in")


#: Listed only while something listed stands below them.
TOMBSTONES = (CommentState.WITHDRAWN, CommentState.REMOVED, CommentState.ERASED, CommentState.LOST)


class Slot(models.IntegerChoices):
    """Where a comment is listed. A plain number rather than a condition on the state: databases do not use a partial
    index for a condition whose values are bound at run time."""

    NOT_LISTED = 0, _("Not listed")
    ROOT = 1, _("Listed as root")
    ANSWER = 2, _("Listed as answer")


class DatePrecision(models.TextChoices):
    MINUTE = "minute", _("To the minute")
    DAY = "day", _("To the day")
    MONTH = "month", _("To the month")
    YEAR = "year", _("To the year")


class CommentQuerySet(models.QuerySet["Comment"]):
    """Comments, asked for in sentences."""

    def in_thread(self, thread: Thread) -> "CommentQuerySet":
        """All of one thread, listed or not."""
        return self.filter(thread=thread)

    def listed(self) -> "CommentQuerySet":
        """What readers see, tombstones and placeholders included."""
        return self.filter(slot__gt=Slot.NOT_LISTED)

    def public(self) -> "CommentQuerySet":
        """What counts as a comment."""
        return self.filter(state=CommentState.PUBLIC)

    def answers_below(self, root: "Comment") -> "CommentQuerySet":
        """Every listed answer below one root, at any depth."""
        return self.filter(root=root, slot=Slot.ANSWER)

    def oldest_first(self, *, after: int = 0) -> "CommentQuerySet":
        """By age, beginning behind the comment with the id `after`."""
        return self.filter(pk__gt=after).order_by("pk") if after else self.order_by("pk")


class Comment(models.Model):
    """One reader's or author's contribution, or what is left of it."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="comments", verbose_name=_("thread"))
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="answers", verbose_name=_("answers to")
    )
    #: The root that an answer stands below; empty on roots. Its own index is (root, slot, id).
    root = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="below", db_index=False
    )
    depth = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(_("state"), max_length=10, choices=CommentState.choices, default=CommentState.WAITING)
    slot = models.PositiveSmallIntegerField(choices=Slot.choices, default=Slot.NOT_LISTED)
    source_text = models.TextField(_("text as written"), blank=True)
    html = models.TextField(_("text as shown"), blank=True)
    html_rules_version = models.PositiveSmallIntegerField(default=0)
    #: The newsroom's own hand. Only this makes the author's badge, never a name.
    author = models.ForeignKey(
        "articles.Author",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="comments",
        verbose_name=_("author"),
    )
    guest_name = models.CharField(_("name"), max_length=NAME_LENGTH, blank=True)
    created_on = models.DateTimeField(_("written on"), null=True, blank=True, default=timezone.now)
    created_precision = models.CharField(
        _("precision"), max_length=10, choices=DatePrecision.choices, default=DatePrecision.MINUTE
    )
    #: Whether `created_on` was reckoned from an age ("2 months ago") and is shown with "about".
    created_is_approximate = models.BooleanField(_("is approximate"), default=False)
    edited_on = models.DateTimeField(_("edited on"), null=True, blank=True)
    up = models.PositiveIntegerField(default=0)
    down = models.PositiveIntegerField(default=0)
    #: (up - down) * 2^40 + id: one number to sort and page by, since databases use one column of a row comparison.
    rank = models.BigIntegerField(default=0)
    #: On a root: how many listed comments stand below it, at any depth. 0 on answers.
    n_replies = models.PositiveIntegerField(default=0)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["thread", "slot", "rank"], name="comment_by_rank"),
            models.Index(fields=["thread", "slot", "id"], name="comment_by_age"),
            models.Index(fields=["root", "slot", "id"], name="comment_below_root"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True, root__isnull=True, depth=0)
                | Q(parent__isnull=False, root__isnull=False, depth__gt=0),
                name="comment_is_root_or_answer",
            ),
            models.CheckConstraint(
                condition=Q(slot=Slot.NOT_LISTED)
                | Q(slot=Slot.ROOT, parent__isnull=True)
                | Q(slot=Slot.ANSWER, parent__isnull=False),
                name="comment_slot_fits_place",
            ),
            models.CheckConstraint(
                condition=Q(state=CommentState.PUBLIC, slot__gt=Slot.NOT_LISTED)
                | Q(state__in=[CommentState.WAITING, CommentState.REFUSED], slot=Slot.NOT_LISTED)
                | Q(state__in=TOMBSTONES),
                name="comment_slot_fits_state",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=TOMBSTONES) | Q(html=""), name="comment_tombstone_shows_no_text"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[CommentState.WITHDRAWN, CommentState.ERASED])
                | Q(source_text="", guest_name="", author__isnull=True),
                name="comment_withdrawn_is_blank",
            ),
            models.CheckConstraint(
                condition=~Q(state=CommentState.LOST) | (Q(source_text="", author__isnull=True) & ~Q(guest_name="")),
                name="comment_lost_has_only_a_name",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[CommentState.WITHDRAWN, CommentState.ERASED])
                | Q(author__isnull=False, guest_name="")
                | (Q(author__isnull=True) & ~Q(guest_name="")),
                name="comment_has_one_name",
            ),
            models.CheckConstraint(
                condition=Q(created_on__isnull=False) | Q(state__in=TOMBSTONES), name="comment_has_a_date"
            ),
        ]

    def __str__(self) -> str:
        return f"Comment {self.pk} ({self.state})"

    @property
    def name(self) -> str:
        """The writer's name as printed; empty where it was blanked."""
        return self.author.name if self.author is not None else self.guest_name

    @property
    def is_tombstone(self) -> bool:
        """Whether only a trace is left, a placeholder included."""
        return self.state in TOMBSTONES
