"""Delivering a letter, each try a job, until the mail server has taken it, refused it or stayed away too long."""

import datetime
import logging
import random
import uuid

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task
from django_tasks.base import TaskContext

from freiblatt.jobs.actions import enqueue_once
from freiblatt.jobs.policies import Policy, policy
from freiblatt.letters import delivery
from freiblatt.letters.actions.errors import LetterError
from freiblatt.letters.actions.forgetting import erased_fields
from freiblatt.letters.actions.suppressing import suppress_key
from freiblatt.letters.delivery import Answer, Outcome
from freiblatt.letters.models import (
    PATIENCE,
    SENDING_SECONDS,
    STOPPED,
    Letter,
    LetterState,
    Route,
    Suppression,
    SuppressionReason,
)

logger = logging.getLogger(__name__)

#: Waits after a server put a letter off: a minute first, for grey-listing, three hours at most.
PUT_OFF = Policy(first_wait_seconds=60, growth=2.5, longest_wait_seconds=3 * 3600)
#: Waits between knocks at a mail server that is away.
KNOCK = Policy(first_wait_seconds=20, growth=2, longest_wait_seconds=15 * 60)
#: No knock is put down for later than that. What is was written by a clock that was ahead, and counts for nothing.
LONGEST_BLOCK = datetime.timedelta(seconds=2 * 15 * 60)
#: A queue that reaches further is looked at: it may have been such a clock, too.
LONG_QUEUE = datetime.timedelta(minutes=2)


def enqueue(letter: Letter, *, due: datetime.datetime | None = None) -> None:
    """Have the letter delivered at `due` (None: now); the job that waits for it already is brought forward."""
    job = deliver_letter.using(queue_name="urgent" if letter.is_urgent else "default", run_after=due)
    enqueue_once(job, key=f"letter:{letter.pk}", kwargs={"letter_pk": letter.pk})


@policy(limit_seconds=SENDING_SECONDS - 30, moot_on=(Letter.DoesNotExist,))
@task(queue_name="default", takes_context=True)
def deliver_letter(context: TaskContext, letter_pk: int) -> None:
    """Show one letter to the mail server, or lay it into the desk's mailbox where there is none.

    A letter that cannot go out now is put down for later by itself, without failing the job: letters wait longer than
    jobs do. What the job before this one left in the middle is taken up or given up by `Letter.is_repeatable`.
    """
    letter = _take(letter_pk, job=str(context.task_result.id))
    if letter is None:
        return
    is_more = Letter.objects.due(timezone.now()).exists()
    _note(letter, delivery.hand_over(letter, keep_open=is_more))


@transaction.atomic
def _take(letter_pk: int, *, job: str) -> Letter | None:
    """Return the letter, marked as being sent, if it has to be shown to the mail server now."""
    letter = Letter.objects.select_for_update().get(pk=letter_pk)
    now = timezone.now()
    if letter.state == LetterState.SENDING:
        if letter.sending_job != job and letter.sending_until and letter.sending_until > now:
            # The clock may have been set back since: nobody is at it for longer than this.
            letter.sending_until = min(letter.sending_until, now + datetime.timedelta(seconds=SENDING_SECONDS))
            letter.save(update_fields=["sending_until"])
            enqueue(letter, due=letter.sending_until)
            return None
        # The try before this one ended in the middle: its worker is gone, and whether the server took the letter
        # nobody knows. The Message-ID stays, so that a double can be told from a second letter.
        letter.answer = STOPPED
        if not letter.is_repeatable:
            _settle(letter, LetterState.UNKNOWN)
            return None
    elif letter.state != LetterState.WAITING:
        return None
    elif letter.due_at > now:
        enqueue(letter, due=letter.due_at)
        return None
    if letter.give_up_at <= now:
        _settle(letter, LetterState.FAILED)
        return None
    if Suppression.objects.filter(address_key=letter.address_key).exists():
        _settle(letter, LetterState.SUPPRESSED)
        return None
    if not settings.MAIL_HAS_SERVER:
        letter.is_in_desk = True
        letter.sent_at = now
        _settle(letter, LetterState.SENT)
        return None
    if due := _blocked_until(now) or _slot_after(letter, now):
        _put_off(letter, due)
        return None
    letter.state = LetterState.SENDING
    letter.sending_job = job
    letter.sending_until = now + datetime.timedelta(seconds=SENDING_SECONDS)
    letter.handed_over_at = now
    letter.attempts += 1
    letter.save()
    return letter


def _blocked_until(now: datetime.datetime) -> datetime.datetime | None:
    """Return when the mail server is knocked at again, or None if nothing is known against it."""
    blocked = Route.objects.filter(pk=1, blocked_until__gt=now, blocked_until__lt=now + LONGEST_BLOCK)
    until = blocked.values_list("blocked_until", flat=True).first()
    return until + datetime.timedelta(seconds=random.uniform(0, 5)) if until else None  # noqa: S311 (spreads load)


def _slot_after(letter: Letter, now: datetime.datetime) -> datetime.datetime | None:
    """Return when this letter may go out if not now, so that no minute sees more than the configured number.

    Ordinary letters are spread evenly, each with a time of its own; urgent ones take the next free place in the last
    sixty seconds.
    """
    most = settings.MAIL_PER_MINUTE
    if not most:
        return None
    route, _is_new = Route.objects.select_for_update().get_or_create(pk=1)
    minute = datetime.timedelta(minutes=1)
    handed_over = Letter.objects.handed_over_since(now - minute).filter(handed_over_at__lte=now)
    handed_over = handed_over.order_by("-handed_over_at")
    latest = [moment for moment in handed_over.values_list("handed_over_at", flat=True)[:most] if moment]
    is_full = len(latest) >= most
    if letter.is_urgent:
        return latest[-1] + minute if is_full else None
    has_place = letter.slot_at is not None and letter.slot_at <= now
    if has_place and not is_full:
        return None
    slot = max(now, route.next_slot_at)
    if slot - now > LONG_QUEUE and slot - now > minute * (
        Letter.objects.filter(state=LetterState.WAITING).count() / most + 1
    ):
        slot = now
    if is_full:
        slot = max(slot, latest[-1] + minute)
    route.next_slot_at = slot + minute / most
    route.save(update_fields=["next_slot_at"])
    if slot <= now:
        return None
    letter.slot_at = slot
    return slot


def _put_off(letter: Letter, due: datetime.datetime) -> None:
    letter.state = LetterState.WAITING
    letter.sending_job, letter.sending_until = "", None
    letter.due_at = due
    letter.save()
    enqueue(letter, due=due)


def _settle(letter: Letter, state: LetterState) -> None:
    letter.state = state
    letter.sending_job, letter.sending_until = "", None
    letter.save()
    if state in (LetterState.FAILED, LetterState.UNKNOWN):
        logger.warning("Letter %s (%s) is %s: %s", letter.pk, letter.kind, state.value, letter.answer)
    is_over = state == LetterState.SUPPRESSED or (state == LetterState.SENT and not letter.is_in_desk)
    if is_over and not settings.MAIL_KEEP_DAYS:
        Letter.objects.filter(pk=letter.pk).update(**erased_fields(timezone.now()))


@transaction.atomic
def _note(shown: Letter, answer: Answer) -> None:
    """Write down what became of a try; do nothing where another job has taken the letter meanwhile."""
    letter = Letter.objects.select_for_update().get(pk=shown.pk)
    if letter.state != LetterState.SENDING or letter.sending_job != shown.sending_job:
        return
    now = timezone.now()
    letter.answer = answer.says
    if answer.outcome == Outcome.AWAY:
        _put_off(letter, _note_block(answer.says, now))
        return
    _note_passage()
    if answer.outcome == Outcome.ACCEPTED:
        letter.sent_at = now
        _settle(letter, LetterState.SENT)
    elif answer.outcome == Outcome.REFUSED:
        _settle(letter, LetterState.FAILED)
    elif answer.outcome == Outcome.NO_MAILBOX:
        suppress_key(key=letter.address_key, reason=SuppressionReason.BOUNCE, source=answer.says[:200])
        _settle(letter, LetterState.FAILED)
    elif answer.outcome == Outcome.UNKNOWN and not letter.is_repeatable:
        _settle(letter, LetterState.UNKNOWN)
    else:
        _put_off(letter, now + datetime.timedelta(seconds=PUT_OFF.wait_seconds(attempts=letter.attempts)))


def _note_block(says: str, now: datetime.datetime) -> datetime.datetime:
    """Write down that the server is away; return when it is knocked at again."""
    route, _is_new = Route.objects.select_for_update().get_or_create(pk=1)
    if route.blocked_until is None or not now < route.blocked_until < now + LONGEST_BLOCK:
        if route.blocked_since is None:
            logger.warning("The mail server takes no letters; they wait. It says: %s", says)
        route.failures += 1
        route.blocked_since = route.blocked_since or now
        route.blocked_until = now + datetime.timedelta(seconds=KNOCK.wait_seconds(attempts=route.failures))
        route.says = says
        route.save()
    return route.blocked_until


def _note_passage() -> None:
    if Route.objects.filter(pk=1, blocked_since__isnull=False).update(
        blocked_since=None, blocked_until=None, failures=0, says=""
    ):
        logger.info("The mail server takes letters again.")


def deliver_now(*, letter: Letter) -> Letter:
    """Return the letter after one try in this process: for an operator who looks on."""
    taken = _take(letter.pk, job=f"now {uuid.uuid4()}"[:40])
    if taken is not None:
        _note(taken, delivery.hand_over(taken))
    return Letter.objects.get(pk=letter.pk)


def send_again(*, letter: Letter) -> Letter:
    """Return a letter that failed, is perhaps sent or was suppressed, due now and with its whole patience before it."""
    with transaction.atomic():
        found = Letter.objects.select_for_update().filter(pk=letter.pk).first()
        if found is None or found.state in (LetterState.SENT, LetterState.WAITING, LetterState.SENDING):
            raise LetterError(_("This letter is not one that can be sent again."))
        if found.erased_at:
            raise LetterError(_("Text and address of this letter have been erased. It cannot be sent again."))
        now = timezone.now()
        found.attempts = 0
        found.due_at, found.give_up_at = now, now + PATIENCE
        found.state = LetterState.WAITING
        found.save()
        enqueue(found)
    logger.info("Letter %s (%s) is sent again on request.", found.pk, found.kind)
    return found


def knock_now() -> int:
    """Return how many waiting letters try the mail server at once: somebody has mended it."""
    now = timezone.now()
    Route.objects.filter(pk=1).update(blocked_until=None)
    keys = list(Letter.objects.filter(state=LetterState.WAITING, due_at__gt=now).values_list("pk", flat=True))
    for key in keys:
        with transaction.atomic():
            letter = Letter.objects.select_for_update().get(pk=key)
            if letter.state == LetterState.WAITING:
                letter.due_at = now
                letter.save(update_fields=["due_at"])
                enqueue(letter)
    return len(keys)
