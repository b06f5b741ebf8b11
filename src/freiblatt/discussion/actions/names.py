"""Names under which nobody else may write."""

from django.utils.translation import gettext as _

from freiblatt.articles.models import Author
from freiblatt.discussion.actions.errors import DiscussionError, NameTakenError
from freiblatt.discussion.models import NAME_LENGTH, Comment, CommentState
from freiblatt.discussion.text import folded, tidy_name
from freiblatt.newsroom.models import PublicationSettings, StaffMember
from freiblatt.readers.models import Reader

#: What a newsroom calls itself, in the languages of this program.
OF_THE_NEWSROOM = (
    *("admin", "administrator", "author", "autor", "autorin", "desk", "editor", "editors", "freiblatt", "herausgeber"),
    *("moderation", "moderator", "moderatorin", "newsroom", "redakteur", "redakteurin", "redaktion", "staff", "team"),
)

#: A comment in these states reserves its name for the reader who stands behind it; one that was refused does not.
RESERVING = (CommentState.PUBLIC, CommentState.WAITING)


def check_name(name: str, *, reader: Reader | None = None) -> str:
    """Return the name as it will be shown. Raises DiscussionError for none or a long one, NameTakenError for another's.

    Taken are the names of authors, of the staff, of the newsroom itself, and those of readers who confirmed their
    address; what looks the same to a hasty reader counts as the same.
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
    if plain in _names_of_the_newsroom():
        raise NameTakenError(_("This name belongs to somebody in the newsroom. Please choose another one."))
    others = Comment.objects.filter(folded_name=plain, reader__isnull=False, state__in=RESERVING)
    if reader is not None:
        others = others.exclude(reader=reader)
    if others.exists():
        raise NameTakenError(
            _("This name belongs to a reader who confirmed a mail address. Please choose another one.")
        )
    return shown


def _names_of_the_newsroom() -> set[str]:
    names = [*Author.objects.values_list("name", flat=True), PublicationSettings.load().name, *OF_THE_NEWSROOM]
    names += [" ".join(pair) for pair in StaffMember.objects.values_list("first_name", "last_name")]
    return {folded(name) for name in names} - {""}
