"""Names under which nobody else may write."""

import re

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
    roles = {folded(word) for word in OF_THE_NEWSROOM}
    around = {folded(word) for word in AROUND_THEM}
    claimed = [word for word in words if word in roles]
    others = [word for word in words if word not in roles]
    if claimed and around.issuperset(others):
        return claimed[0]
    return "".join(others) if claimed else ""


def _owner_of(plain: str) -> int | None:
    """Return the number of the reader to whom a folded name belongs: who was first to publish under it."""
    published = Comment.objects.filter(reader__isnull=False, state=CommentState.PUBLIC)
    users = published.filter(folded_name=plain).values("reader").annotate(first=Min("pk")).order_by("first")
    for pk in users.values_list("reader", flat=True):
        names = published.filter(reader=pk).values("folded_name").annotate(first=Min("pk")).order_by("first")
        if plain in names.values_list("folded_name", flat=True)[:NAMES_OF_READER]:
            return int(pk)
    return None


def _names_of_the_newsroom() -> set[str]:
    names = [*Author.objects.values_list("name", flat=True), str(PublicationSettings.load()), *OF_THE_NEWSROOM]
    names += [" ".join(pair) for pair in StaffMember.objects.values_list("first_name", "last_name")]
    return {folded(name) for name in names} - {""}
