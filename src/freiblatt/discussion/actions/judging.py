"""Decisions and their reasons: each is recorded in the transaction that changes the comment."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
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
        _answer_objections_to_hiding(made)
    mark_stale([LOG_KEY])
    if (event := TOLD.get(made.kind)) is not None:
        tell_writer(comment, event, decision=made.pk)
    return made


def _answer_objections_to_hiding(made: Decision) -> None:
    """Answer by a person's decision what the writer said against the program's, which it replaces."""
    is_back = made.kind in (DecisionKind.KEPT, DecisionKind.RESTORED)
    Objection.objects.open().filter(decision__comment=made.comment_id, decision__kind=DecisionKind.HELD).update(
        state=ObjectionState.GRANTED if is_back else ObjectionState.DECLINED,
        answer=made.words,
        decided_on=made.made_on,
        decided_by=made.by,
    )


def settle_gone(comment: Comment, *, is_decided: bool = False) -> None:
    """Close what waits for a decision on a comment that its writer took back, and blank what was said to and by them.

    Call it inside the transaction of the change. `is_decided`: the desk erases it; its decision answers the reports.
    """
    now = timezone.now()
    if not is_decided:
        Report.objects.filter(comment=comment, state=ReportState.OPEN).update(
            state=ReportState.MOOT, decided_on=now, network_key=""
        )
    of_comment = Objection.objects.filter(decision__comment=comment)
    of_comment.filter(state=ObjectionState.OPEN).update(state=ObjectionState.MOOT, decided_on=now)
    of_comment.filter(side="writer").update(text="", answer="")
    Decision.objects.filter(comment=comment).update(words="", legal_basis="")


def check_words(words: str) -> str:
    """Return the words as they are stored. Raises DiscussionError for too many."""
    plain = tidy(words)
    if len(plain) > LONGEST_WORDS:
        raise DiscussionError(
            _("The words have %(length)d characters; at most %(most)d are possible.")
            % {"length": len(plain), "most": LONGEST_WORDS}
        )
    return plain
