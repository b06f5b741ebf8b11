"""Names under which nobody else may write."""

import functools
import re

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
    *("admin", "administrator", "author", "autor", "autorin", "desk", "editor", "editors", "freiblatt"),
    *("herausgeber", "herausgeberin", "moderation", "moderator", "moderatorin", "newsroom", "redakteur", "redakteurin"),
    *("redaktion", "staff", "team"),
)
#: Words that make no other name of one of those: "Die Redaktion", "Team der Redaktion", "Our editors".
AROUND_THEM = (
    *(
        "chef",
        "chief",
        "das",
        "dem",
        "den",
        "der",
        "des",
        "die",
        "eure",
        "ihr",
        "ihre",
        "unser",
        "unsere",
        "und",
        "vom",
        "von",
        "zur",
    ),
    *("and", "for", "from", "in", "of", "our", "the", "your", "official", "offiziell", "offizielle"),
)

#: So many names are one reader's, the first that were published; under others everybody may write.
NAMES_OF_READER = 3


def check_name(name: str, *, reader: Reader | None = None) -> str:
    """Return the name as it will be shown. Raises DiscussionError for none or a long one, NameTakenError for another's.

    Taken are the names of authors, of the staff, of the newsroom itself, also with a role added to them, and those of
    readers who confirmed their address and published something under them; what looks the same to a hasty reader counts
    as the same.
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
    if not _names_of_the_newsroom().isdisjoint({plain, _without_roles(shown)}):
        raise NameTakenError(_("This name belongs to somebody in the newsroom. Please choose another one."))
    owner = _owner_of(plain)
    if owner is not None and (reader is None or owner != reader.pk):
        raise NameTakenError(
            _("This name belongs to a reader who confirmed an e-mail address. Please choose another one.")
        )
    return shown


def _without_roles(name: str) -> str:
    """Return a name, folded, without words that claim a role: "rosawinter" for "Rosa Winter (Autorin)".

    A name that is nothing but a role is that role: "redaktion" for "Die Redaktion".
    """
    words = [folded(word) for word in re.findall(r"[^\W_]+", name)]
    roles = {_folded(word) for word in OF_THE_NEWSROOM}
    around = {_folded(word) for word in AROUND_THEM}
    claimed = [word for word in words if word in roles]
    others = [word for word in words if word not in roles]
    if claimed and around.issuperset(others):
        return claimed[0]
    return "".join(others) if claimed else ""


def _owner_of(plain: str) -> int | None:
    """Return the number of the reader to whom a folded name belongs: who was first to publish under it."""
    published = Comment.objects.filter(reader__isnull=False, state=CommentState.PUBLIC)
    with connection.cursor() as cursor:
        cursor.execute(_users(), [plain, CommentState.PUBLIC.value])
        users = [pk for (pk,) in cursor.fetchall()]
    for pk in users:
        names = published.filter(reader=pk).values("folded_name").annotate(first=Min("pk")).order_by("first")
        if plain in names.values_list("folded_name", flat=True)[:NAMES_OF_READER]:
            return int(pk)
    return None


def _names_of_the_newsroom() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_names())
        names = [str(name) for (name,) in cursor.fetchall()]
    return {_folded(name) for name in (*names, settings.WAGTAIL_SITE_NAME, *OF_THE_NEWSROOM)} - {""}


@functools.cache
def _users() -> str:
    """Return the statement that finds readers who published something under a folded name, in that order."""
    comments = connection.ops.quote_name(Comment._meta.db_table)
    return (
        f"SELECT reader_id FROM {comments} WHERE folded_name = %s AND state = %s AND reader_id IS NOT NULL "  # noqa: S608 (ours)
        "GROUP BY reader_id ORDER BY MIN(id)"
    )


@functools.lru_cache(maxsize=4096)
def _folded(name: str) -> str:
    """Return a name of ours, folded, which is asked for at every comment."""
    return folded(name)


@functools.cache
def _names() -> str:
    """Return the statement that finds the names of authors, of the publication and of the staff.

    Written by hand, as in `reading.fetching`: three of Django's own take longer than all else that a name is asked for.
    """
    quoted = connection.ops.quote_name
    authors, publication, staff = (quoted(model._meta.db_table) for model in (Author, PublicationSettings, StaffMember))
    return (
        f"SELECT name FROM {authors} UNION ALL SELECT name FROM {publication} "  # noqa: S608 (our own tables' names)
        f"UNION ALL SELECT first_name || ' ' || last_name FROM {staff}"
    )
