"""Decisions and their reasons: each is recorded in the transaction that changes the comment."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.actions.telling import tell_reporter
from freiblatt.discussion.actions.writers import tell_writer
from freiblatt.discussion.house_rules import FIRST_RULES
from freiblatt.discussion.models import (
    LOG_KEY,
    LONGEST_WORDS,
    RESTRICTIONS,
    Comment,
    Decision,
    DecisionKind,
    DecisionOrigin,
    HouseRule,
    HouseRuleText,
    Objection,
    ObjectionSide,
    ObjectionState,
    Report,
    ReportState,
)
from freiblatt.discussion.text import tidy
from freiblatt.newsroom.models import StaffMember
from freiblatt.pagestore.actions import mark_stale

#: Decisions that a writer with a confirmed address hears of (`writers.EVENTS`).
TOLD: dict[str, str] = {
    DecisionKind.REFUSED: "refused",
    DecisionKind.REMOVED: "removed",
    DecisionKind.RESTORED: "restored",
    DecisionKind.HELD: "held",
}


@transaction.atomic
def plant_house_rules() -> int:
    """Give a publication without house rules those that all begin with; return how many were made.

    One that has any, in force or not, keeps its own.
    """
    if HouseRule.objects.exists():
        return 0
    # All at once and without signals: nobody has changed anything that the log of the staff should name.
    HouseRule.objects.bulk_create(
        HouseRule(code=first.code, place=place * 10, is_legal=first.is_legal)
        for place, first in enumerate(FIRST_RULES, start=1)
    )
    rules = {rule.code: rule for rule in HouseRule.objects.all()}
    HouseRuleText.objects.bulk_create(
        HouseRuleText(rule=rules[first.code], language=language, title=words.title, text=words.text, sort_order=number)
        for first in FIRST_RULES
        for number, (language, words) in enumerate(first.words.items())
    )
    return len(FIRST_RULES)


def plant_after_migrate(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Plant house rules where their table is there: migrating some rooms only, or back, leaves it for the next time."""
    needed = {model._meta.db_table for model in (HouseRule, HouseRuleText)}
    with connections[using].cursor() as cursor:
        there = set(connections[using].introspection.table_names(cursor))
    if needed <= there:
        plant_house_rules()


def record(
    comment: Comment,
    kind: DecisionKind,
    *,
    by: StaffMember | None,
    rule: HouseRule | None = None,
    words: str = "",
    legal_basis: str = "",
    origin: DecisionOrigin | None = None,
) -> Decision:
    """Store what was decided about a comment, and answer with it what readers have reported; return the decision.

    Call it inside the transaction of the change, after the change. `origin` is the desk's own look, or the reports that
    are open, unless given. Raises DiscussionError for words that are too long, and where the law is the rule but is
    not named.
    """
    words = check_words(words)
    if kind in RESTRICTIONS and rule is not None and rule.is_legal and not legal_basis.strip():
        raise DiscussionError(_("Name the law that the comment breaks: its writer may know the legal ground."))
    reports = Report.objects.filter(comment=comment, state=ReportState.OPEN)
    origin = origin or (DecisionOrigin.REPORT if reports.exists() else DecisionOrigin.DESK)
    made = Decision.objects.create(
        comment=comment,
        thread_id=comment.thread_id,
        kind=kind,
        origin=origin,
        rule=rule,
        words=words,
        legal_basis=" ".join(legal_basis.split())[:500],
        by=by,
    )
    if kind != DecisionKind.HELD:
        answered = list(reports.select_related("rule"))
        reports.update(state=ReportState.DECIDED, decision=made, decided_on=made.made_on, network_key="")
        for report in answered:
            tell_reporter(report, "decided")
        _answer_objections(made)
    mark_stale([LOG_KEY])
    if (event := TOLD.get(made.kind)) is not None:
        tell_writer(comment, event, decision=made.pk)
    return made


def _answer_objections(made: Decision) -> None:
    """Answer by a person's decision what was said against earlier ones, which it replaces.

    A reporter gets what was asked for where the comment goes; where it stays, that objection waits for an answer.
    """
    is_back = made.kind not in RESTRICTIONS
    still = Objection.objects.open().filter(decision__comment=made.comment_id)
    answered = {"decided_on": made.made_on, "decided_by": made.by}
    still.filter(side=ObjectionSide.WRITER).update(
        state=ObjectionState.GRANTED if is_back else ObjectionState.DECLINED, answer=made.words, **answered
    )
    if is_back:
        return
    for objection in still.filter(side=ObjectionSide.REPORTER).select_related("report"):
        Objection.objects.filter(pk=objection.pk).update(state=ObjectionState.GRANTED, **answered)
        if objection.report is not None:
            tell_reporter(objection.report, "objection_decided")


def settle_gone(comment: Comment, *, is_decided: bool = False) -> None:
    """Close what waits for a decision on a comment that its writer took back, and blank what was said to and by them.

    Call it inside the transaction of the change. `is_decided`: the desk erases it; its decision answers reports and
    objections.
    """
    of_comment = Objection.objects.filter(decision__comment=comment)
    if not is_decided:
        make_moot(reports=Report.objects.open().filter(comment=comment), objections=of_comment)
    of_comment.filter(side=ObjectionSide.WRITER).update(text="", answer="")
    Decision.objects.filter(comment=comment).update(words="", legal_basis="")


def make_moot(*, reports: QuerySet[Report], objections: QuerySet[Objection]) -> None:
    """Close those of the reports and objections that are open, for there is nothing to decide; tell who reported.

    Call it inside the transaction of the change.
    """
    now = timezone.now()
    open_reports = list(reports.filter(state=ReportState.OPEN))
    open_objections = list(objections.filter(state=ObjectionState.OPEN).select_related("report"))
    if not (open_reports or open_objections):
        return
    Report.objects.filter(pk__in=[one.pk for one in open_reports]).update(
        state=ReportState.MOOT, decided_on=now, network_key=""
    )
    Objection.objects.filter(pk__in=[one.pk for one in open_objections]).update(
        state=ObjectionState.MOOT, decided_on=now
    )
    for report in (*open_reports, *(one.report for one in open_objections if one.report is not None)):
        tell_reporter(report, "moot")
    mark_stale([LOG_KEY])


def check_words(words: str) -> str:
    """Return the words as they are stored. Raises DiscussionError for too many."""
    plain = tidy(words)
    if len(plain) > LONGEST_WORDS:
        raise DiscussionError(
            _("The words have %(length)d characters; at most %(most)d are possible.")
            % {"length": len(plain), "most": LONGEST_WORDS}
        )
    return plain
