"""Readers report comments, the desk decides, both sides may object once (DSA, art. 16, 17 and 20)."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_tasks import task

from freiblatt.discussion.actions.bookkeeping import locked, move
from freiblatt.discussion.actions.bounds import check_length, take
from freiblatt.discussion.actions.deciding import refuse_comment, remove_comment, restore_comment
from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.actions.judging import check_words, make_moot, record
from freiblatt.discussion.actions.telling import tell_reporter
from freiblatt.discussion.actions.writers import tell_writer
from freiblatt.discussion.models import (
    LOG_KEY,
    LONGEST_EXPLANATION,
    OBJECTION_OPEN_DAYS,
    RESTRICTIONS,
    Comment,
    CommentState,
    Decision,
    DecisionKind,
    DecisionOrigin,
    DiscussionSettings,
    HouseRule,
    Objection,
    ObjectionSide,
    ObjectionState,
    Report,
    ReportState,
)
from freiblatt.discussion.senders import NETWORK_HOURS, Sender
from freiblatt.discussion.text import tidy, tidy_name
from freiblatt.discussion.tokens import Nonce, own_key, report_token
from freiblatt.lib.mail_addresses import address_key, normalise
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role
from freiblatt.pagestore.actions import mark_stale

#: Reports and objections of one connection, and of all behind one neighbourhood, in an hour.
REPORTS_OF_ONE = 10
REPORTS_OF_NEIGHBOURHOOD = 40
REPORT_SECONDS = 3600
#: Who may decide at the desk.
DESK_ROLES = (Role.MODERATOR, Role.EDITOR, Role.OWNER)


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of a report."""

    report: Report
    #: Opens the receipt.
    token: str
    #: Whether the same form had been sent before.
    is_repeated: bool = False


def report_comment(
    *,
    comment: Comment,
    rule: HouseRule,
    nonce: Nonce,
    sender: Sender,
    explanation: str = "",
    name: str = "",
    address: str = "",
    is_in_good_faith: bool = False,
) -> Reported:
    """Return the report that a reader sent, with the token of its receipt; the comment is the desk's to look at now.

    A report under the law says why, in good faith; all others may be no more than the name of a rule. A second one from
    the same network is read, but does not count. Where the desk has set a number, so many counted ones take the comment
    out of sight until somebody has decided; they count for as long as their networks can be told apart, NETWORK_HOURS
    at most. Raises TooManyError, or DiscussionError for what is wrong with it.
    """
    token = report_token(nonce.text)
    if (earlier := Report.objects.filter(nonce=nonce.text).first()) is not None:
        return Reported(report=earlier, token=token, is_repeated=True)
    why = check_explanation(explanation, is_needed=rule.is_legal)
    if rule.is_legal and not is_in_good_faith:
        raise DiscussionError(_("Please confirm that you report this to the best of your knowledge."))
    mail = _address(address)
    plain_name = tidy_name(name)
    if len(plain_name) > 120:
        raise DiscussionError(_("The name is too long; at most 120 characters are possible."))
    _take(sender)
    settings = DiscussionSettings.load()
    with transaction.atomic():
        thread, found = locked(comment)
        if (earlier := Report.objects.filter(nonce=nonce.text).first()) is not None:
            # The same form, sent twice at the same moment: the other one was first.
            return Reported(report=earlier, token=token, is_repeated=True)
        if found.state != CommentState.PUBLIC:
            raise DiscussionError(_("This comment is no longer there."))
        network = _network_key(found, sender)
        now = timezone.now()
        report = Report.objects.create(
            comment=found,
            thread=thread,
            rule=rule,
            explanation=why,
            name=plain_name,
            address=mail,
            address_key=address_key(mail) if mail else "",
            is_in_good_faith=is_in_good_faith,
            language=get_language() or django_settings.LANGUAGE_CODE,
            is_counted=not Report.objects.filter(comment=found, network_key=network).exists(),
            network_key=network,
            receipt_key=own_key(token),
            nonce=nonce.text,
            made_on=now,
            due_on=now + timedelta(days=settings.report_days),
        )
        # Whose network is forgotten may be the one that reports now.
        standing = Report.objects.open().filter(comment=found, is_counted=True).exclude(network_key="")
        counted = standing.count()
        if 0 < settings.reports_to_hold <= counted and not _is_above_reports(found):
            found.hold_reasons = [*found.hold_reasons, {"rule": "reported", "detail": str(counted)}]
            found = move(thread, found, CommentState.WAITING, "hold_reasons")
            record(found, DecisionKind.HELD, by=None, origin=DecisionOrigin.RULE)
        tell_reporter(report, "received")
    return Reported(report=report, token=token)


def of_receipt(token: str) -> Report | None:
    """Return the report whose receipt `token` opens, with comment, article, rule and decision; None for no token."""
    if not token or len(token) > 64:
        return None
    found = Report.objects.select_related("comment__author", "thread__article", "rule", "decision__rule", "objection")
    return found.filter(receipt_key=own_key(token)).first()


def open_reports() -> QuerySet[Report]:
    """Return reports that wait for a decision, the most urgent first (`due_on`), with comment, article and rule."""
    return Report.objects.open().select_related("comment__author", "comment__thread__article", "rule")


def open_objections() -> QuerySet[Objection]:
    """Return objections that wait for an answer, the most urgent first (`due_on`), with all that they are about."""
    return Objection.objects.open().select_related(
        "decision__rule", "decision__by", "decision__comment__author", "decision__comment__thread__article", "report"
    )


def standing_decision(comment: Comment) -> Decision | None:
    """Return the decision that keeps a comment from readers at this moment; None where there is none."""
    kinds: dict[str, tuple[DecisionKind, ...]] = {
        CommentState.REFUSED: (DecisionKind.REFUSED,),
        CommentState.REMOVED: (DecisionKind.REMOVED,),
        CommentState.WAITING: (DecisionKind.HELD,),
    }
    if comment.state not in kinds:
        return None
    last = Decision.objects.filter(comment=comment).select_related("rule").order_by("pk").last()
    return last if last is not None and last.kind in kinds[comment.state] else None


def can_writer_object(decision: Decision | None) -> bool:
    """Return whether the writer may still object to what keeps the comment from readers."""
    return (
        decision is not None
        and decision.kind in (*RESTRICTIONS, DecisionKind.HELD)
        and timezone.now() < decision.objection_until
        and not decision.objections.filter(side=ObjectionSide.WRITER).exists()
    )


def can_reporter_object(report: Report) -> bool:
    """Return whether the reporter may still object to a decision by which the comment stays."""
    return (
        report.state == ReportState.DECIDED
        and report.decision is not None
        and report.decision.kind == DecisionKind.KEPT
        and timezone.now() < report.decision.objection_until
        and report.comment is not None
        and report.comment.state == CommentState.PUBLIC
        and not Objection.objects.filter(report=report).exists()
    )


def object_as_writer(*, comment: Comment, text: str, sender: Sender) -> Objection:
    """Return the writer's objection to what keeps a comment from readers. Raises DiscussionError, TooManyError."""
    why = check_explanation(text, is_needed=True)
    _take(sender)
    with transaction.atomic():
        _thread, found = locked(comment)
        decision = standing_decision(found)
        if decision is None or not can_writer_object(decision):
            raise DiscussionError(_("This decision can no longer be objected to."))
        return _object(decision, ObjectionSide.WRITER, why)


def object_as_reporter(*, report: Report, text: str, sender: Sender) -> Objection:
    """Return a reporter's objection to a comment that stays. Raises DiscussionError, TooManyError."""
    why = check_explanation(text, is_needed=True)
    _take(sender)
    with transaction.atomic():
        if report.comment is not None:
            locked(report.comment)
        found = Report.objects.select_related("comment", "decision").get(pk=report.pk)
        if found.decision is None or not can_reporter_object(found):
            raise DiscussionError(_("This decision can no longer be objected to."))
        return _object(found.decision, ObjectionSide.REPORTER, why, report=found)


def may_decide_objection(objection: Objection, member: StaffMember) -> bool:
    """Return whether `member` may answer an objection: not whoever made the decision, if somebody else could."""
    if objection.decision.by_id is None or objection.decision.by_id != member.pk:
        return True
    names = [role.value for role in DESK_ROLES]
    others = StaffMember.objects.filter(Q(groups__name__in=names) | Q(is_superuser=True), is_active=True)
    return not others.exclude(pk=member.pk).exists()


@transaction.atomic
def decide_objection(
    *,
    objection: Objection,
    by: StaffMember,
    is_granted: bool,
    words: str = "",
    rule: HouseRule | None = None,
    legal_basis: str = "",
) -> Objection:
    """Return the objection, answered once and for all.

    Granting a writer's restores the comment, unless its text was erased; granting a reporter's removes it, by `rule` or
    else by that which was reported. `words` are for whoever objected, and for the writer where the comment goes. Raises
    DiscussionError where it is answered already, or where the same person has made the decision though somebody else
    could answer.
    """
    comment = Objection.objects.select_related("decision__comment").get(pk=objection.pk).decision.comment
    if comment is not None:
        locked(comment)
    found = Objection.objects.select_related("decision", "report__rule").get(pk=objection.pk)
    if found.state != ObjectionState.OPEN:
        raise DiscussionError(_("This objection is answered already."))
    if not may_decide_objection(found, by):
        raise DiscussionError(_("You made this decision yourself; somebody else answers the objection."))
    found.answer = check_words(words)
    found.state = ObjectionState.GRANTED if is_granted else ObjectionState.DECLINED
    found.decided_on, found.decided_by = timezone.now(), by
    found.save(update_fields=["answer", "state", "decided_on", "decided_by"])
    if is_granted and comment is not None:
        _carry_out(found, comment, by=by, rule=rule, words=words, legal_basis=legal_basis)
    if found.report is not None:
        tell_reporter(found.report, "objection_decided")
    if found.side == ObjectionSide.WRITER and not is_granted and comment is not None:
        tell_writer(comment, "objection_decided", answer=found.answer)
    mark_stale([LOG_KEY])
    return found


def _carry_out(
    objection: Objection, comment: Comment, *, by: StaffMember, rule: HouseRule | None, words: str, legal_basis: str
) -> None:
    """Do to the comment what an objection that was granted asks for; what is so already stays."""
    comment.refresh_from_db()
    origin = DecisionOrigin.OBJECTION
    if objection.side == ObjectionSide.WRITER:
        if comment.state == CommentState.WAITING:
            thread, found = locked(comment)
            found = move(thread, found, CommentState.PUBLIC)
            made = record(found, DecisionKind.KEPT, by=by, words=words, origin=origin)
            tell_writer(found, "restored", decision=made.pk)
        elif not comment.source_text:
            # The desk had erased it: all that can be said is that it should not have.
            tell_writer(comment, "objection_granted_too_late", answer=objection.answer)
        elif comment.state in (CommentState.REFUSED, CommentState.REMOVED):
            restore_comment(comment=comment, by=by, words=words, origin=origin)
            for report in Report.objects.filter(decision=objection.decision).select_related("rule"):
                tell_reporter(report, "changed")
        return
    reason = rule or (objection.report.rule if objection.report is not None else None)
    if reason is None:
        raise DiscussionError(_("Say which house rule the comment breaks."))
    if comment.state == CommentState.PUBLIC:
        remove_comment(comment=comment, by=by, rule=reason, words=words, legal_basis=legal_basis, origin=origin)
    elif comment.state == CommentState.WAITING:
        refuse_comment(comment=comment, by=by, rule=reason, words=words, legal_basis=legal_basis, origin=origin)


def check_explanation(text: str, *, is_needed: bool) -> str:
    """Return what somebody says as it is stored. Raises DiscussionError for too much, and for nothing if needed."""
    plain = tidy(text)
    if is_needed and not plain.strip():
        raise DiscussionError(_("Please say why, in a sentence or two."))
    check_length(plain, LONGEST_EXPLANATION)
    return plain


@task(queue_name="default")
def forget_reports() -> dict[str, int]:
    """Empty what may be known of reporters for a time only: networks, and all else once nobody can object any more."""
    now = timezone.now()
    networks = Report.objects.filter(made_on__lt=now - timedelta(hours=NETWORK_HOURS - 1)).exclude(network_key="")
    old = now - timedelta(days=OBJECTION_OPEN_DAYS)
    # With an article its comments are gone, and nobody will decide.
    with transaction.atomic():
        make_moot(
            reports=Report.objects.open().filter(comment=None),
            objections=Objection.objects.open().filter(decision__comment=None),
        )
    over = Report.objects.filter(decided_on__lt=old, nonce__isnull=False).exclude(objection__state=ObjectionState.OPEN)
    answered = Objection.objects.filter(decided_on__lt=old).exclude(text="", answer="")
    return {
        "networks": networks.update(network_key=""),
        "reports": over.update(explanation="", name="", address="", address_key="", nonce=None),
        "objections": answered.update(text="", answer=""),
    }


def _object(decision: Decision, side: ObjectionSide, text: str, *, report: Report | None = None) -> Objection:
    now = timezone.now()
    due_on = now + timedelta(days=DiscussionSettings.load().objection_days)
    mark_stale([LOG_KEY])
    return Objection.objects.create(decision=decision, side=side, report=report, text=text, made_on=now, due_on=due_on)


def _is_above_reports(comment: Comment) -> bool:
    """Whether reports alone do not hide it: the newsroom's own words, and what the desk has looked at and kept."""
    if comment.author_id is not None or comment.is_by_staff:
        return True
    kept = Decision.objects.filter(comment=comment, kind__in=[DecisionKind.KEPT, DecisionKind.RESTORED])
    return kept.filter(made_on__gt=comment.edited_on).exists() if comment.edited_on else kept.exists()


def _network_key(comment: Comment, sender: Sender) -> str:
    """Return what stands for the sender's neighbourhood among the reports of one comment: 32 hex digits."""
    message = f"report {comment.pk} {sender.neighbourhood}"
    return hmac.new(django_settings.SECRET_KEY.encode(), message.encode(), hashlib.sha256).hexdigest()[:32]


def _address(text: str) -> str:
    """Return a mail address in one spelling, "" for none. Raises DiscussionError for what is no address."""
    if not text.strip():
        return ""
    try:
        return normalise(text)
    except ValidationError as error:
        raise DiscussionError(" ".join(error.messages)) from error


def _take(sender: Sender) -> None:
    take(
        sender,
        "discussion_report",
        most=REPORTS_OF_ONE,
        most_near=REPORTS_OF_NEIGHBOURHOOD,
        per_seconds=REPORT_SECONDS,
    )
