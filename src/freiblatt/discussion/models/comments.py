"""Comments, and where each is listed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from freiblatt.discussion.models.threads import Thread

#: How many roots one slice of a thread shows, and how many answers stand below each of them at first.
ROOTS_IN_SLICE = 20
ANSWERS_BELOW_ROOT = 3
#: How many answers the page of one comment shows at a time.
ANSWERS_IN_SLICE = 60

NAME_LENGTH = 80
#: Characters of one comment; more is an article, and belongs to the desk.
LONGEST_TEXT = 5000
#: No conversation is that deep; a chain built by a program may be.
DEEPEST = 1000


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
#: As tombstones; but text and name are still there, and readers see a sentence in their place.
HIDDEN = (CommentState.WAITING, CommentState.REFUSED)


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


class CommentKind(models.TextChoices):
    COMMENT = "comment", pgettext_lazy("kind of comment", "Comment")
    CORRECTION = "correction", pgettext_lazy("kind of comment", "This corrects something")
    QUESTION = "question", pgettext_lazy("kind of comment", "Question of the newsroom")


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
    #: `guest_name` as it is compared with other names (`text.folded`), so that nobody writes under somebody else's.
    folded_name = models.CharField(max_length=NAME_LENGTH * 2, blank=True, editable=False)
    #: Whether the newsroom speaks, by somebody who has no page as an author. Only this makes the badge.
    is_by_staff = models.BooleanField(_("by the newsroom"), default=False)
    #: Who of the staff wrote it, for the newsroom alone.
    staff_member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("staff member"),
    )
    #: The reader whose confirmed address stands behind the name.
    reader = models.ForeignKey(
        "readers.Reader",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reader"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=CommentKind.choices, default=CommentKind.COMMENT)
    #: Whether it is about a passage (`Anchor`), so that the others cost no question.
    has_passage = models.BooleanField(default=False, editable=False)
    #: Hash of the token that opens the writer's own page (`tokens.own_key`); None where nobody has one.
    own_key = models.CharField(max_length=64, null=True, unique=True, editable=False)
    #: Names the form it was sent with, so that sending it twice makes one comment; None once that cannot happen.
    nonce = models.CharField(max_length=40, null=True, unique=True, editable=False)
    #: Joins what one writer wrote, where a confirmed address or the token of an earlier comment showed it.
    writer_key = models.CharField(max_length=32, blank=True, editable=False)
    #: Where the writer's network address begins, cut (203.0.113.0/24, 2001:db8:1::/48); emptied after 48 hours.
    network = models.CharField(_("network"), max_length=45, blank=True, editable=False)
    #: The writer's address as voters of this thread are known by; goes with the ballot's secret.
    voter_key = models.CharField(max_length=32, blank=True, editable=False)
    #: Why it was held: a list of {"rule": name, "detail": the word, the link, the number}.
    hold_reasons = models.JSONField(_("why it was held"), default=list, blank=True, editable=False)
    #: Fingerprint of the text for finding near-duplicates, a signed 64-bit number (`likeness.fingerprint`).
    fingerprint = models.BigIntegerField(default=0, editable=False)
    #: How likely the desk refuses it, in thousandths, as far as its decisions have taught; None where unknown. It only
    #: sorts the queue.
    doubt = models.PositiveSmallIntegerField(null=True, editable=False)
    #: Who let it out of the queue, and when; both empty where nobody had to. Only that person may take it back.
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    approved_on = models.DateTimeField(null=True, editable=False)
    picked_on = models.DateTimeField(_("picked on"), null=True, blank=True, editable=False)
    pick_reason = models.CharField(_("why the newsroom picked it"), max_length=200, blank=True)
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
            models.Index(fields=["state", "id"], name="comment_by_state"),
            models.Index(fields=["folded_name", "state"], name="comment_by_name"),
            models.Index(fields=["writer_key", "state"], name="comment_by_writer"),
            models.Index(fields=["network", "id"], name="comment_by_network"),
            models.Index(fields=["created_on"], name="comment_by_date"),
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
                condition=Q(state=CommentState.PUBLIC, slot__gt=Slot.NOT_LISTED) | ~Q(state=CommentState.PUBLIC),
                name="comment_public_is_listed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=TOMBSTONES) | Q(html=""), name="comment_tombstone_shows_no_text"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[CommentState.WITHDRAWN, CommentState.ERASED])
                | Q(source_text="", guest_name="", author__isnull=True, reader__isnull=True, own_key__isnull=True),
                name="comment_withdrawn_is_blank",
            ),
            models.CheckConstraint(
                condition=Q(is_by_staff=False) | Q(author__isnull=True), name="comment_has_one_badge"
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

    @property
    def is_forgotten(self) -> bool:
        """Whether nobody can object any more to what the desk decided: it is emptied, and its own page is no more."""
        is_decided = self.state in (CommentState.REFUSED, CommentState.REMOVED)
        return is_decided and not self.source_text and self.own_key is None


class CommentVersion(models.Model):
    """What a comment said before it was edited, for the desk; erased with it."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="versions", verbose_name=_("comment"))
    source_text = models.TextField(_("text as written"))
    written_on = models.DateTimeField(_("written on"))
    replaced_on = models.DateTimeField(_("replaced on"), default=timezone.now)

    class Meta:
        verbose_name = _("earlier version")
        verbose_name_plural = _("earlier versions")
        ordering = ["pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"Version of comment {self.comment_id}"
