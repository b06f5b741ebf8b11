"""Why a comment waits for the desk: the registry of rules, and those of every publication.

A rule looks at a draft and says why it should be held, with the word, the link or the number that it saw. Rules never
refuse anything; people do.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from freiblatt.discussion import wordlist
from freiblatt.discussion.hours import is_staffed
from freiblatt.discussion.likeness import are_alike
from freiblatt.discussion.models import Comment, CommentState, DiscussionSettings, FirstComment, Thread, ThreadState
from freiblatt.discussion.text import host_of, links_in

#: The rule that holds a comment only until the desk is staffed again.
AFTER_HOURS = "hours"
#: Rules about how a comment was sent or what readers said of it, which no other text changes.
SENDING_RULES = frozenset({"fast", "trap", "flood", "reported", AFTER_HOURS})
#: Whoever writes and sends faster is a program.
LEAST_SECONDS = 2.0
#: More links than this wait for the desk, whoever wrote them.
MOST_LINKS = 3
#: So many comments from one network in RATE_MINUTES are a flood, or a school class; the desk sees which.
MOST_OF_NETWORK = 10
RATE_MINUTES = 60
#: Services that hide where a link leads.
SHORTENERS = frozenset(
    (
        *("bit.ly", "t.co", "tinyurl.com", "goo.gl", "ow.ly", "is.gd", "buff.ly", "cutt.ly", "rebrand.ly", "t.ly"),
        *("shorturl.at", "rb.gy", "tiny.cc", "lnkd.in", "bl.ink", "soo.gd", "s.id", "kurzelinks.de", "t1p.de", "v.gd"),
        *("adf.ly", "shrtco.de", "trib.al", "dlvr.it"),
    )
)
#: How far back, and over how many comments, a text is compared with others.
LIKE_DAYS = 7
LIKE_COMMENTS = 300


@dataclass(frozen=True, slots=True)
class Standing:
    """What the desk has decided about a writer before."""

    approved: int = 0
    refused: int = 0

    def is_known(self, approvals_needed: int) -> bool:
        """Return whether the desk trusts the writer: enough approved, and no more than one in four refused."""
        return self.approved >= approvals_needed and self.refused * 4 <= self.approved


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment before it is decided whether it waits."""

    thread: Thread
    text: str
    html: str
    name: str
    settings: DiscussionSettings
    standing: Standing
    fingerprint: int = 0
    #: How long the form was open; None where nobody had to fill one in, or the text had been previewed.
    seconds_in_form: float | None = None
    #: Whether a field that people do not see was filled in.
    filled_hidden_field: bool = False
    #: The comment itself while it is edited, which is not compared with itself.
    comment_pk: int = 0
    is_of_newsroom: bool = False
    #: The writer's cut address (`Sender.network`); "" where it plays no part.
    network: str = ""

    @property
    def is_by_known_writer(self) -> bool:
        """Whether the desk knows the writer."""
        return self.is_of_newsroom or self.standing.is_known(self.settings.approvals_needed)


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to hold comments."""

    name: str
    #: What the desk reads: "Written in less than two seconds". With %(detail)s where the rule has something to show.
    label: str | Promise
    #: Return what was seen, "" where there is no more to say; None where the rule does not hold the draft.
    look: Callable[[Draft], str | None]


@dataclass
class _Registry:
    rules: dict[str, Rule] = field(default_factory=dict)


_registry = _Registry()


def register(rule: Rule) -> None:
    """Have every new comment looked at by `rule`, in the order of registration. Raises ValueError on a taken name."""
    if rule.name in _registry.rules:
        raise ValueError(f"A rule named {rule.name} is registered already.")
    _registry.rules[rule.name] = rule


def reasons_to_hold(draft: Draft) -> list[dict[str, str]]:
    """Return why `draft` waits for the desk, as it is stored with the comment; empty where it appears at once."""
    if draft.is_of_newsroom:
        return []
    found = []
    for rule in _registry.rules.values():
        detail = rule.look(draft)
        if detail is not None:
            found.append({"rule": rule.name, "detail": detail[:200]})
    return found


def sentences(reasons: Iterable[dict[str, str]]) -> list[str]:
    """Return stored reasons as sentences in the active language; those of rules that are gone by their names."""
    found = []
    for reason in reasons:
        rule = _registry.rules.get(reason.get("rule", ""))
        detail = reason.get("detail", "")
        found.append(str(rule.label) % {"detail": detail} if rule else reason.get("rule", ""))
    return found


def labels() -> list[tuple[str, str]]:
    """Return name and label of each rule in the active language, for choosing one; what was seen is left out."""
    return [(rule.name, str(rule.label) % {"detail": "…"}) for rule in _registry.rules.values()]


def _thread_is_held(draft: Draft) -> str | None:
    return "" if draft.thread.state == ThreadState.HELD else None


def _everybody_is_held(draft: Draft) -> str | None:
    return "" if draft.settings.held == FirstComment.EVERYBODY else None


def _writer_is_unknown(draft: Draft) -> str | None:
    return "" if draft.settings.held == FirstComment.UNKNOWN and not draft.is_by_known_writer else None


def _was_refused(draft: Draft) -> str | None:
    standing = draft.standing
    return str(standing.refused) if standing.refused * 4 > max(standing.approved, 1) else None


def _has_links(draft: Draft) -> str | None:
    links = links_in(draft.html)
    if len(links) > (MOST_LINKS if draft.is_by_known_writer else 0):
        return ", ".join(dict.fromkeys(host_of(link) or link for link in links))
    return None


def _was_fast(draft: Draft) -> str | None:
    seconds = draft.seconds_in_form
    return f"{seconds:.1f}" if seconds is not None and seconds < LEAST_SECONDS else None


def _is_like_another(draft: Draft) -> str | None:
    if not draft.fingerprint:
        return None
    gone = (CommentState.WITHDRAWN.value, CommentState.ERASED.value)
    recent = _asked(
        "SELECT id, fingerprint FROM {comments} WHERE created_on >= %s AND state NOT IN (%s, %s) "
        "ORDER BY created_on DESC LIMIT %s",
        [_ago(timedelta(days=LIKE_DAYS)), *gone, LIKE_COMMENTS],
    )
    for pk, other in recent:
        if pk != draft.comment_pk and are_alike(draft.fingerprint, other):
            return str(pk)
    return None


def _asked(statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """Return what a statement about comments finds, written by hand: it is asked before every comment is stored."""
    with connection.cursor() as cursor:
        cursor.execute(statement.format(comments=connection.ops.quote_name(Comment._meta.db_table)), values)
        return cursor.fetchall()


def _ago(time: timedelta) -> object:
    """Return the moment so long ago as the database stores moments."""
    return connection.ops.adapt_datetimefield_value(timezone.now() - time)


def _hides_its_aim(draft: Draft) -> str | None:
    hosts = {host_of(link).removeprefix("www.") for link in links_in(draft.html)}
    return ", ".join(sorted(hosts & SHORTENERS)) or None


def _has_listed_word(draft: Draft) -> str | None:
    return wordlist.find(f"{draft.name}\n{draft.text}", draft.settings.listed_words) or None


def _is_a_flood(draft: Draft) -> str | None:
    if not draft.network or draft.is_by_known_writer:
        return None
    ((count,),) = _asked(
        "SELECT COUNT(*) FROM {comments} WHERE network = %s AND created_on >= %s",
        [draft.network, _ago(timedelta(minutes=RATE_MINUTES))],
    )
    return str(count + 1) if count >= MOST_OF_NETWORK else None


def _desk_is_empty(draft: Draft) -> str | None:
    return None if is_staffed(draft.settings, timezone.now()) else ""


def register_rules() -> None:
    """Register the rules of every publication. Called once, when the applications are ready."""
    for rule in (
        Rule("thread", _("New comments below this article wait for the desk."), _thread_is_held),
        Rule("everybody", _("All comments wait for the desk."), _everybody_is_held),
        Rule("unknown", _("The desk does not know the writer yet."), _writer_is_unknown),
        Rule("refused", _("Comments of this writer were refused before: %(detail)s."), _was_refused),
        Rule("links", _("It links to %(detail)s."), _has_links),
        Rule("fast", _("It was sent %(detail)s seconds after the form was opened."), _was_fast),
        Rule(
            "trap", _("A field that people do not see was filled in."), lambda d: "" if d.filled_hidden_field else None
        ),
        Rule("words", _("It contains a listed word: %(detail)s."), _has_listed_word),
        Rule("shortener", _("It hides where a link leads: %(detail)s."), _hides_its_aim),
        Rule("flood", _("It is comment number %(detail)s from one network within an hour."), _is_a_flood),
        Rule(AFTER_HOURS, _("It came when the desk was not staffed; it appears by itself when it is."), _desk_is_empty),
        Rule("alike", _("It is nearly the same as comment %(detail)s."), _is_like_another),
        # Said by reports, which come later than a draft.
        Rule("reported", _("Readers reported it: %(detail)s."), lambda _draft: None),
    ):
        register(rule)
