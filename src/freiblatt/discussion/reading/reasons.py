"""What a writer or a reporter is told of a decision (DSA, art. 16(5) and 17(3))."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from freiblatt.discussion.models import Comment, Decision, DecisionKind, DecisionOrigin, Objection


@dataclass(frozen=True, slots=True)
class ShownObjection:
    """One objection, as whoever made it sees it."""

    text: str
    made_on: str
    due_on: str
    is_open: bool
    is_granted: bool
    is_moot: bool
    answer: str


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a comment is not to be read, in sentences and in the active language."""

    made_on: str
    rule: str
    rule_text: str
    is_legal: bool
    legal_basis: str
    words: str
    #: On what occasion it was decided, and whether a program had a part in it.
    cause: str
    means: str
    #: Until when it can be objected to.
    objection_until: str


def reasons_of(decision: Decision, comment: Comment | None) -> Reasons:
    """Return what is said of `decision` about `comment`."""
    rule = decision.rule
    return Reasons(
        made_on=_day(decision.made_on),
        rule=rule.title if rule else "",
        rule_text=rule.text if rule else "",
        is_legal=rule.is_legal if rule else False,
        legal_basis=decision.legal_basis,
        words=decision.words,
        cause=_cause(decision),
        means=_means(decision, comment),
        objection_until=_day(decision.objection_until),
    )


def shown_objection(objection: Objection | None) -> ShownObjection | None:
    """Return what whoever objected sees of it; None for none."""
    if objection is None:
        return None
    return ShownObjection(
        text=objection.text,
        made_on=_day(objection.made_on),
        due_on=_day(objection.due_on),
        is_open=objection.state == "open",
        is_granted=objection.state == "granted",
        is_moot=objection.state == "moot",
        answer=objection.answer,
    )


def _cause(decision: Decision) -> str:
    match decision.origin:
        case DecisionOrigin.REPORT:
            return _("Somebody had reported the comment.")
        case DecisionOrigin.OBJECTION:
            return _("Somebody had objected to an earlier decision about the comment.")
        case DecisionOrigin.RULE:
            return _("Several readers had reported the comment.")
    return _("The newsroom looked at the comment without anybody having reported it.")


def _means(decision: Decision, comment: Comment | None) -> str:
    if decision.is_automatic:
        return _("A program has hidden the comment; a person decides whether it comes back.")
    was_held = comment is not None and bool(comment.hold_reasons) and decision.kind == DecisionKind.REFUSED
    if was_held:
        return _("A program had held the comment for the newsroom to look at; a person decided.")
    return _("A person decided, no program.")


def _day(moment: object) -> str:
    return date_format(localtime(moment), "DATE_FORMAT")  # type: ignore[arg-type]
