"""What the desk does with one comment, told by a form: checked against what the person had seen, then done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freiblatt.discussion import actions
from freiblatt.discussion.actions.bookkeeping import locked
from freiblatt.discussion.desk.entries import token_of
from freiblatt.discussion.models import Comment

#: Of one form. More is done from the page that counts first.
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one comment in a form."""

    pk: int
    #: A sentence for the person who decided.
    says: str
    is_done: bool
    #: The comment's token as it is now (`entries.token_of`); "" where it is gone.
    token: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that can be done."""

    #: Takes the comment, who decides, and what the form says; raises DiscussionError.
    do: Callable[..., Comment]
    #: "Approved: the comment by %(name)s."
    says: str | Promise


def _approve(comment: Comment, by: Any, words: str) -> Comment:
    return actions.approve_comment(comment=comment)


def _refuse(comment: Comment, by: Any, words: str) -> Comment:
    return actions.refuse_comment(comment=comment)


DEEDS: dict[str, Deed] = {
    "approve": Deed(_approve, gettext_lazy("Approved: the comment by %(name)s.")),
    "refuse": Deed(_refuse, gettext_lazy("Refused: the comment by %(name)s.")),
}


def carry_out(name: str, tokens: list[str], *, by: Any, words: str = "") -> list[Done]:
    """Do one thing with every comment that `tokens` name, each by itself, and say of each what became of it.

    One that somebody else has decided meanwhile, or that its writer has changed, stays as it is. Raises
    DiscussionError for a deed that does not exist, or for no comments.
    """
    deed = DEEDS.get(name)
    if deed is None:
        raise actions.DiscussionError(_("This form says nothing that the desk can do. Please load the page anew."))
    if not tokens:
        raise actions.DiscussionError(_("Choose comments first."))
    if len(tokens) > MOST_AT_ONCE:
        raise actions.DiscussionError(_("At most %(most)d comments at once, please.") % {"most": MOST_AT_ONCE})
    return [_carry_out(deed, token, by, words) for token in dict.fromkeys(tokens)]


def _carry_out(deed: Deed, token: str, by: Any, words: str) -> Done:
    number = token.partition("-")[0]
    pk = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0
    comment = Comment.objects.filter(pk=pk).first()
    if comment is None:
        return Done(pk, _("This comment is no longer there."), is_done=False)
    try:
        with transaction.atomic():
            _thread, comment = locked(comment)
            name = comment.name
            if token_of(comment) != token:
                return Done(pk, _what_happened(comment), is_done=False)
            after = deed.do(comment, by, words)
    except actions.DiscussionError as error:
        return Done(pk, str(error), is_done=False)
    return Done(pk, str(deed.says) % {"name": name}, is_done=True, token=token_of(after))


def _what_happened(comment: Comment) -> str:
    return _(
        "The comment by %(name)s was changed or decided by somebody else meanwhile (now: %(state)s). "
        "Nothing was done; please look again."
    ) % {"name": comment.name or "–", "state": comment.get_state_display()}
