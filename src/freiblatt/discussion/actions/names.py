"""Names under which nobody else may write."""

import functools
import re
import unicodedata

from django.conf import settings
from django.db import connection
from django.db.models import Min
from django.utils.translation import gettext as _

from freiblatt.articles.models import Author
from freiblatt.discussion.actions.errors import DiscussionError, NameTakenError
from freiblatt.discussion.models import NAME_LENGTH, Comment, CommentState
from freiblatt.discussion.text import folded, tidy_name
from freiblatt.newsroom.models import PublicationSettings, StaffMember
from freiblatt.readers.models import Reader

#: What a newsroom calls itself, in the languages of this program.
OF_THE_NEWSROOM = (
    *("admin", "administrator", "author", "authors", "autor", "autoren", "autorin", "autorinnen", "desk", "editorial"),
    *("freiblatt", "staff", "team"),
)
#: Words with one of these in it are such a word too: "Chefredaktion", "Redaktionsteam", "Moderatorin".
WITHIN_ROLES = (
    *("redaktion", "redakteur", "redaktor", "moderation", "moderator", "herausgeber", "newsroom", "administrat"),
)
#: Words that begin or end so are such a word too: "Editors", "Gastautorin", "Coeditor".
BEFORE_ROLES = ("editor",)
BEHIND_ROLES = ("editor", "autor", "autorin", "author")
#: Words that say of a name that it is somebody's: the mark of readers who confirmed an address, and what looks like it.
OF_CONFIRMED = (
    *("bestätigt", "bestaetigt", "bestätigte", "bestätigter", "confirmed", "verified", "verifiziert"),
    *("verifizierter", "verifizierte", "echt", "original"),
)
#: Words that make no other name of one of those: "Die Redaktion", "Team der Redaktion", "Our editors".
AROUND_THEM = (
    *("chef", "chief", "das", "dem", "den", "der", "des", "die", "dieses", "eure", "ihr", "ihre", "unser", "unsere"),
    *("und", "vom", "von", "zum", "zur", "and", "for", "from", "in", "of", "our", "the", "this", "your"),
    *("article", "artikel", "artikels", "beitrags", "textes", "official", "offiziell", "offizielle"),
)

#: So many names are one reader's, the first that were published; under others everybody may write.
NAMES_OF_READER = 3


def check_name(name: str, *, reader: Reader | None = None) -> str:
    """Return the name as it will be shown. Raises DiscussionError for none or a long one, NameTakenError for another's.

    Taken are the names of authors, of the staff, of the newsroom itself, and those of readers who confirmed their
    address and published something under them, all of them also with a role or a mark added; what looks the same to a
    hasty reader counts as the same. Letters of two scripts in one word make no name (DiscussionError).
    """
    shown = tidy_name(name)
    plain = folded(shown)
    if not plain:
        raise DiscussionError(_("Please give a name. It need not be your own."))
    if len(shown) > NAME_LENGTH:
        raise DiscussionError(
            _("The name has %(length)d characters; at most %(most)d are possible.")
            % {"length": len(shown), "most": NAME_LENGTH}
        )
    people, houses = _names_of_the_newsroom()
    claims, others = _claims_and_others(shown, houses)
    if plain in people or plain in houses or _is_of_the_newsroom(claims, others, people):
        raise NameTakenError(_("This name belongs to somebody in the newsroom. Please choose another one."))
    owner = _owner_of({plain, "".join(others)} if claims and others else {plain})
    if owner is not None and (reader is None or owner != reader.pk):
        raise NameTakenError(
            _("This name belongs to a reader who confirmed an e-mail address. Please choose another one.")
        )
    if any(_has_scripts(word) for word in _words(shown)):
        raise DiscussionError(_("Please write each word of the name with the letters of one script."))
    return shown


def _words(name: str) -> list[str]:
    """Return the words of a name as they were typed; an accent that was typed apart parts none."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", name))


def _claims_and_others(name: str, houses: dict[str, str]) -> tuple[list[str], list[str]]:
    """Return the folded words of a name that claim a role or a mark, and all others, each in their order.

    The name of the publication claims one: "Rosa Winter, Testblatt".
    """
    words = f" {' '.join(filter(None, map(folded, _words(name))))} "
    for house in houses.values():
        words = words.replace(f" {house} ", f" {_HOUSE} ")
    claims: list[str] = []
    others: list[str] = []
    for word in words.split():
        (claims if word == _HOUSE or _claims_something(word) else others).append(word)
    return claims, others


#: Stands among the words of a name for that of the publication.
_HOUSE = "*"


def _claims_something(word: str) -> bool:
    """Return whether a folded word claims a role or a mark."""
    return (
        any(word == _folded(one) for one in (*OF_THE_NEWSROOM, *OF_CONFIRMED))
        or any(_folded(one) in word for one in WITHIN_ROLES)
        or any(word.startswith(_folded(one)) for one in BEFORE_ROLES)
        or any(word.endswith(_folded(one)) for one in BEHIND_ROLES)
    )


def _is_of_the_newsroom(claims: list[str], others: list[str], people: dict[str, str]) -> bool:
    """Return whether a name that claims something is a role, or somebody's in the newsroom and a role."""
    around = {_folded(word) for word in AROUND_THEM}
    if not claims:
        return False
    if around.issuperset(others):
        return True
    rest = [word for word in others if word not in around]
    if not {"".join(others), "".join(rest)}.isdisjoint(people):
        return True
    words = f" {' '.join(others)} "
    return any(" " in person and f" {person} " in words for person in people.values())


def _has_scripts(word: str) -> bool:
    """Return whether a word has letters of more than one script; those of East Asia stand together in words."""
    letters = (sign for sign in word if unicodedata.category(sign) in ("Lu", "Ll", "Lt", "Lo"))
    scripts = {unicodedata.name(letter, "?").split()[0].partition("-")[0] for letter in letters}
    return len({"CJK" if script in _EAST_ASIAN else script for script in scripts}) > 1


_EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "HALFWIDTH"}


def _owner_of(wanted: set[str]) -> int | None:
    """Return the number of the reader to whom one of these folded names belongs: who was first to publish under it."""
    published = Comment.objects.filter(reader__isnull=False, state=CommentState.PUBLIC)
    with connection.cursor() as cursor:
        cursor.execute(_users(len(wanted)), [*sorted(wanted), CommentState.PUBLIC.value])
        users = [pk for (pk,) in cursor.fetchall()]
    for pk in users:
        names = published.filter(reader=pk).values("folded_name").annotate(first=Min("pk")).order_by("first")
        if not wanted.isdisjoint(names.values_list("folded_name", flat=True)[:NAMES_OF_READER]):
            return int(pk)
    return None


def _names_of_the_newsroom() -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of people of the newsroom and of the publication, folded, each with its folded words."""
    with connection.cursor() as cursor:
        cursor.execute(_names())
        rows = [(str(name), bool(is_house)) for name, is_house in cursor.fetchall()]
    rows.append((settings.WAGTAIL_SITE_NAME, True))
    people = {_folded(name): _folded_words(name) for name, is_house in rows if not is_house}
    houses = {_folded(name): _folded_words(name) for name, is_house in rows if is_house}
    people.pop("", None)
    houses.pop("", None)
    return people, houses


@functools.cache
def _users(count: int) -> str:
    """Return the statement that finds readers who published something under one of `count` folded names, in order."""
    places = ", ".join(["%s"] * count)
    comments = connection.ops.quote_name(Comment._meta.db_table)
    return (
        f"SELECT reader_id FROM {comments} WHERE folded_name IN ({places}) AND state = %s AND reader_id IS NOT NULL "  # noqa: S608 (ours)
        "GROUP BY reader_id ORDER BY MIN(id)"
    )


@functools.lru_cache(maxsize=4096)
def _folded(name: str) -> str:
    """Return a name of ours, folded, which is asked for at every comment."""
    return folded(name)


@functools.lru_cache(maxsize=4096)
def _folded_words(name: str) -> str:
    """Return the words of a name of ours, each folded, with blanks between them."""
    return " ".join(filter(None, map(folded, _words(tidy_name(name)))))


@functools.cache
def _names() -> str:
    """Return the statement that finds the names of authors, of the publication and of the staff.

    Written by hand, as in `reading.fetching`: three of Django's own take longer than all else that a name is asked for.
    """
    quoted = connection.ops.quote_name
    authors, publication, staff = (quoted(model._meta.db_table) for model in (Author, PublicationSettings, StaffMember))
    return (
        f"SELECT name, 0 FROM {authors} UNION ALL SELECT name, 1 FROM {publication} "  # noqa: S608 (our own tables' names)
        f"UNION ALL SELECT first_name || ' ' || last_name, 0 FROM {staff}"
    )
