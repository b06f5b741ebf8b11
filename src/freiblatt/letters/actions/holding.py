"""Letters that a person decides about: held after a restore, released, or discarded for good."""

import logging

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from freiblatt.letters.actions.delivering import enqueue
from freiblatt.letters.actions.errors import LetterError
from freiblatt.letters.actions.forgetting import erased_fields
from freiblatt.letters.models import PATIENCE, Letter, LetterQuerySet, LetterState

logger = logging.getLogger(__name__)

#: What has not gone out, as far as anybody knows.
UNDECIDED = (LetterState.WAITING, LetterState.HELD, LetterState.FAILED, LetterState.UNKNOWN)


def hold_open_letters() -> int:
    """Return how many letters, which would go out now, are held until somebody releases or discards them.

    For a database that was restored from a backup: they may have gone out since it was made.
    """
    now = timezone.now()
    return Letter.objects.open().update(state=LetterState.HELD, sending_job="", sending_until=None, due_at=now)


def release_held() -> int:
    """Return how many held letters go out now, each with its whole patience before it."""
    count = 0
    for key in _keys(Letter.objects.held()):
        with transaction.atomic():
            letter = Letter.objects.select_for_update().filter(pk=key, state=LetterState.HELD).first()
            if letter is None:
                continue
            now = timezone.now()
            letter.state, letter.attempts = LetterState.WAITING, 0
            letter.due_at, letter.give_up_at = now, now + PATIENCE
            letter.save()
            log(instance=letter, action="letters.release_held")
            enqueue(letter)
            count += 1
    logger.info("%d held letters were released.", count)
    return count


@transaction.atomic
def discard(*, letter: Letter) -> Letter:
    """Return the letter, which never goes out; its text and address are erased.

    Raises LetterError where it is too late.
    """
    found = Letter.objects.select_for_update().filter(pk=letter.pk).first()
    if found is None or found.state not in UNDECIDED:
        raise LetterError(_("This letter has gone out, or is going out just now. It cannot be discarded."))
    for field, value in erased_fields(timezone.now()).items():
        setattr(found, field, value)
    found.state = LetterState.DISCARDED
    found.save()
    log(instance=found, action="letters.discard")
    logger.info("Letter %s (%s) was discarded on request.", found.pk, found.kind)
    return found


def discard_held() -> int:
    """Return how many held letters were discarded."""
    return _discard_each(Letter.objects.held())


def discard_open_of(*, kinds: tuple[str, ...]) -> int:
    """Return how many letters of these kinds were discarded that had not gone out."""
    return _discard_each(Letter.objects.filter(state__in=UNDECIDED, kind__in=kinds, erased_at=None))


def discard_open_about(*, about: str) -> int:
    """Return how many letters were discarded that tell of what is taken back now, and had not gone out."""
    return _discard_each(Letter.objects.filter(state__in=UNDECIDED, about=about, erased_at=None))


def _discard_each(letters: LetterQuerySet) -> int:
    count = 0
    for key in _keys(letters):
        try:
            discard(letter=Letter(pk=key))
        except LetterError:
            continue  # somebody else has just decided about it
        count += 1
    return count


def _keys(letters: LetterQuerySet) -> list[int]:
    return list(letters.order_by("pk").values_list("pk", flat=True))
