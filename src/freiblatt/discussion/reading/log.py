"""The public log: what was decided and by which rule, without text and without names."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext as _

from freiblatt.discussion.models import (
    Decision,
    DecisionKind,
    HouseRule,
    Objection,
    ObjectionSide,
    ObjectionState,
    Report,
)

#: How many decisions of a month are listed one by one; all of them are counted, and stand in the table for programs.
ENTRIES_IN_MONTH = 200


@dataclass(slots=True)
class Numbers:
    """What happened in one month."""

    month: date
    url: str = ""
    decisions: Counter[str] = field(default_factory=Counter)
    objections: Counter[str] = field(default_factory=Counter)
    n_reports: int = 0

    @property
    def name(self) -> str:
        """ "November 2026" in the active language."""
        return date_format(self.month, "YEAR_MONTH_FORMAT")

    @property
    def n_refused(self) -> int:
        return self.decisions[DecisionKind.REFUSED]

    @property
    def n_removed(self) -> int:
        return self.decisions[DecisionKind.REMOVED]

    @property
    def n_held(self) -> int:
        return self.decisions[DecisionKind.HELD]

    @property
    def n_kept(self) -> int:
        return self.decisions[DecisionKind.KEPT]

    @property
    def n_restored(self) -> int:
        return self.decisions[DecisionKind.RESTORED]

    @property
    def n_objections(self) -> int:
        return sum(self.objections.values())

    @property
    def n_granted(self) -> int:
        return self.objections[ObjectionState.GRANTED]

    @property
    def n_declined(self) -> int:
        return self.objections[ObjectionState.DECLINED]


@dataclass(frozen=True, slots=True)
class RuleNumbers:
    """How often a rule was the reason in one month."""

    title: str
    n_refused: int
    n_removed: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision as the log shows it."""

    day: str
    kind: str
    rule: str
    cause: str
    objections: list[str]


@dataclass(frozen=True, slots=True)
class Month:
    """One page of the log."""

    numbers: Numbers
    rules: list[RuleNumbers]
    entries: list[Entry]
    #: How many more there are than `entries` lists.
    n_more: int


def log_months() -> list[Numbers]:
    """Return all months in which something happened, the latest first. Three statements."""
    found: dict[date, Numbers] = {}

    def of(moment: datetime) -> Numbers:
        month = localtime(moment).date()
        return found.setdefault(month, Numbers(month))

    for moment, kind, number in _by_month(Decision.objects.all(), "kind"):
        of(moment).decisions[kind] += number
    for moment, state, number in _by_month(Objection.objects.all(), "state"):
        of(moment).objections[state] += number
    for moment, _state, number in _by_month(Report.objects.all(), "state"):
        of(moment).n_reports += number
    for numbers in found.values():
        numbers.url = reverse("moderation_log_month", args=[numbers.month.year, numbers.month.month])
    return [found[month] for month in sorted(found, reverse=True)]


def log_month(year: int, month: int) -> Month | None:
    """Return one month of the log; None where nothing happened, or for what is no month."""
    if not (1 <= month <= 12 and 1900 < year < 9999):
        return None
    begin = make_aware(datetime(year, month, 1))  # noqa: DTZ001 (the zone comes with make_aware)
    end = make_aware(datetime(year + month // 12, month % 12 + 1, 1))  # noqa: DTZ001
    within = {"made_on__gte": begin, "made_on__lt": end}
    numbers = Numbers(date(year, month, 1))
    decisions = Decision.objects.filter(**within)
    numbers.decisions.update(dict(_counted(decisions, "kind")))
    numbers.objections.update(dict(_counted(Objection.objects.filter(**within), "state")))
    numbers.n_reports = Report.objects.filter(**within).count()
    if not (numbers.decisions or numbers.objections or numbers.n_reports):
        return None
    listed = list(
        decisions.select_related("rule")
        .prefetch_related("rule__texts", "objections")
        .order_by("-pk")[: ENTRIES_IN_MONTH + 1]
    )
    return Month(
        numbers=numbers,
        rules=_of_rules(decisions),
        entries=[_entry(one) for one in listed[:ENTRIES_IN_MONTH]],
        n_more=max(0, sum(numbers.decisions.values()) - ENTRIES_IN_MONTH),
    )


def log_table() -> str:
    """Return the whole log as comma-separated values, the latest decision last; one line for each decision."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(["date", "decision", "rule", "cause", "automatic", "objection_by_writer", "objection_by_reporter"])
    for one in Decision.objects.select_related("rule").prefetch_related("objections").iterator(chunk_size=2000):
        states = {objection.side: objection.state for objection in one.objections.all()}
        rows.writerow(
            [
                localtime(one.made_on).date().isoformat(),
                one.kind,
                one.rule.code if one.rule else "",
                one.origin,
                "yes" if one.is_automatic else "no",
                states.get(ObjectionSide.WRITER, ""),
                states.get(ObjectionSide.REPORTER, ""),
            ]
        )
    return text.getvalue()


def _by_month(rows: QuerySet, name: str) -> Iterable[tuple[datetime, str, int]]:
    return (
        rows.order_by()
        .annotate(month=TruncMonth("made_on"))
        .values_list("month", name)
        .annotate(number=Count("pk"))
        .values_list("month", name, "number")
    )


def _counted(rows: QuerySet, name: str) -> Iterable[tuple[str, int]]:
    return rows.order_by().values_list(name).annotate(number=Count("pk")).values_list(name, "number")


def _of_rules(decisions: QuerySet) -> list[RuleNumbers]:
    """Return how often each rule was the reason; rules that never were are left out."""
    counts: Counter[tuple[int, str]] = Counter()
    rows = decisions.order_by().values_list("rule", "kind").annotate(number=Count("pk"))
    for rule, kind, number in rows.values_list("rule", "kind", "number"):
        counts[rule, kind] += number
    found = []
    for rule in HouseRule.objects.prefetch_related("texts"):
        refused, removed = counts[rule.pk, DecisionKind.REFUSED], counts[rule.pk, DecisionKind.REMOVED]
        if refused or removed:
            found.append(RuleNumbers(title=rule.title, n_refused=refused, n_removed=removed))
    return found


def _entry(decision: Decision) -> Entry:
    outcomes = {
        ObjectionState.OPEN: _("Objection, not answered yet"),
        ObjectionState.GRANTED: _("Objection granted"),
        ObjectionState.DECLINED: _("Objection declined"),
        ObjectionState.MOOT: _("Objection; the comment was gone before the answer"),
    }
    return Entry(
        day=date_format(localtime(decision.made_on), "DATE_FORMAT"),
        kind=decision.get_kind_display(),
        rule=decision.rule.title if decision.rule else "",
        cause=decision.get_origin_display(),
        objections=[outcomes[ObjectionState(one.state)] for one in decision.objections.all()],
    )
