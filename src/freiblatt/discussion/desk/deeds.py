"""What the desk does with one comment, told by a form: checked against what the person had seen, then done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freiblatt.discussion import actions
from freiblatt.discussion.actions.bookkeeping import locked
from freiblatt.discussion.desk.entries import token_of
from freiblatt.discussion.models import Comment, CommentState, HouseRule, Objection
from freiblatt.newsroom.models import StaffMember

#: Of one form. More is done from the page that counts first.
MOST_AT_ONCE = 200

#: Why a comment may be picked, chosen by one key; readers see it in the language of the thread.
PICK_REASONS: tuple[str | Promise, ...] = (
    gettext_lazy("First-hand knowledge"),
    gettext_lazy("A good question"),
    gettext_lazy("Another view, well argued"),
    gettext_lazy("Brings a source"),
    gettext_lazy("Corrects something"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a form says besides the deed and the comments."""

    by: StaffMember
    rule: HouseRule | None = None
    #: What the writer is told, or who reported a comment that stays; and the law where the rule is one.
    words: str = ""
    legal_basis: str = ""
    #: Why a comment is picked; one of ours is said in the language of the article.
    reason: str | Promise = ""
    #: What the newsroom answers.
    text: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one comment in a form."""

    pk: int
    #: A sentence for the person who decided.
    says: str
    is_done: bool
    #: The comment's token as it is now (`entries.token_of`).
    token: str = ""
    #: Whether it can be taken back, and by which deed.
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that can be done."""

    #: Raises DiscussionError.
    do: Callable[[Comment, Told], Comment]
    #: "Approved: the comment by %(name)s."
    says: str | Promise
    #: The deed that takes it back; "" where none does.
    undo: str = ""
    #: The same where the deed has also published what waited.
    undo_of_held: str = ""


def _approve(comment: Comment, told: Told) -> Comment:
    return actions.approve_comment(comment=comment, by=told.by, words=told.words)


def _refuse(comment: Comment, told: Told) -> Comment:
    """Refuse what waits, remove what is public: for whoever decides it is the same."""
    if told.rule is None:
        raise actions.DiscussionError(_("Choose the house rule that the comment breaks."))
    end = actions.refuse_comment if comment.state == CommentState.WAITING else actions.remove_comment
    return end(comment=comment, by=told.by, rule=told.rule, words=told.words, legal_basis=told.legal_basis)


def _pick(comment: Comment, told: Told) -> Comment:
    if comment.state != CommentState.PUBLIC:
        actions.approve_comment(comment=comment, by=told.by)
    with translation.override(comment.thread.article.locale.language_code):
        return actions.pick_comment(comment=comment, reason=str(told.reason))


def _unpick(comment: Comment, told: Told) -> Comment:
    return actions.unpick_comment(comment=comment)


def _erase(comment: Comment, told: Told) -> Comment:
    if told.rule is None:
        raise actions.DiscussionError(_("Choose the house rule that the comment breaks."))
    return actions.erase_by_rule(
        comment=comment, by=told.by, rule=told.rule, words=told.words, legal_basis=told.legal_basis
    )


def _erase_as_asked(comment: Comment, told: Told) -> Comment:
    """Erase what its writer, who lost the link, has asked the desk to erase: that is no decision about it."""
    return actions.erase_comment(comment=comment)


def _ask(comment: Comment, told: Told) -> Comment:
    return actions.ask_authors(comment=comment, by=told.by, words=told.words).comment


def _take_back_question(comment: Comment, told: Told) -> Comment:
    return actions.take_back_question(comment=comment)


def _answer(comment: Comment, told: Told) -> Comment:
    """Answer as the newsroom; what waits is approved by it."""
    if comment.state != CommentState.PUBLIC:
        comment = actions.approve_comment(comment=comment, by=told.by)
    actions.answer_as_staff(thread=comment.thread, text=told.text, by=told.by, parent=comment)
    return Comment.objects.get(pk=comment.pk)


def _grant(comment: Comment, told: Told) -> Comment:
    return _answer_objection(comment, told, is_granted=True)


def _decline(comment: Comment, told: Told) -> Comment:
    return _answer_objection(comment, told, is_granted=False)


def _answer_objection(comment: Comment, told: Told, *, is_granted: bool) -> Comment:
    objection = Objection.objects.open().filter(decision__comment=comment).first()
    if objection is None:
        raise actions.DiscussionError(_("Nobody objects any more; somebody has answered."))
    if not is_granted and not told.words.strip():
        raise actions.DiscussionError(_("Say why the decision stands; whoever objected reads it."))
    actions.decide_objection(
        objection=objection,
        by=told.by,
        is_granted=is_granted,
        words=told.words,
        rule=told.rule,
        legal_basis=told.legal_basis,
    )
    return Comment.objects.get(pk=comment.pk)


def _undo(comment: Comment, told: Told) -> Comment:
    return actions.undo_decision(comment=comment, by=told.by)


DEEDS: dict[str, Deed] = {
    "approve": Deed(_approve, gettext_lazy("Approved: the comment by %(name)s."), undo="undo"),
    "refuse": Deed(_refuse, gettext_lazy("Refused: the comment by %(name)s."), undo="undo"),
    "pick": Deed(_pick, gettext_lazy("Picked: the comment by %(name)s."), undo="unpick", undo_of_held="undo"),
    "unpick": Deed(_unpick, gettext_lazy("No longer picked: the comment by %(name)s.")),
    "erase": Deed(_erase, gettext_lazy("Erased: the comment by %(name)s.")),
    "erase_as_asked": Deed(_erase_as_asked, gettext_lazy("Erased: the comment by %(name)s.")),
    "ask": Deed(_ask, gettext_lazy("Asked: the authors, about the comment by %(name)s."), undo="unask"),
    "unask": Deed(_take_back_question, gettext_lazy("No longer asked: the authors, about the comment by %(name)s.")),
    "answer": Deed(_answer, gettext_lazy("Answered: the comment by %(name)s.")),
    "grant": Deed(_grant, gettext_lazy("The objection is granted: the comment by %(name)s.")),
    "decline": Deed(_decline, gettext_lazy("The objection is declined: the comment by %(name)s.")),
    "undo": Deed(_undo, gettext_lazy("Taken back: the comment by %(name)s is in the queue again.")),
}


def carry_out(name: str, tokens: Sequence[str], told: Told) -> list[Done]:
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
    return [_carry_out(deed, token, told) for token in dict.fromkeys(tokens)]


def _carry_out(deed: Deed, token: str, told: Told) -> Done:
    number = token.partition("-")[0]
    pk = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0
    comment = Comment.objects.filter(pk=pk).first()
    if comment is None:
        return Done(pk, _("This comment is no longer there."), is_done=False)
    try:
        with transaction.atomic():
            _thread, comment = locked(comment)
            name, was_held = comment.name, comment.state == CommentState.WAITING
            if token_of(comment) != token:
                return Done(pk, _what_happened(comment), is_done=False)
            after = deed.do(comment, told)
    except actions.DiscussionError as error:
        return Done(pk, str(error), is_done=False)
    undo = (was_held and deed.undo_of_held) or deed.undo
    return Done(pk, str(deed.says) % {"name": name}, is_done=True, token=token_of(after), undo=undo)


def _what_happened(comment: Comment) -> str:
    return _(
        "The comment by %(name)s was changed or decided by somebody else meanwhile (now: %(state)s). "
        "Nothing was done; please look again."
    ) % {"name": comment.name or "–", "state": comment.get_state_display()}
