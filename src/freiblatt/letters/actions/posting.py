"""Writing a letter: stored with its cause, frozen, refused where a line break could forge a header."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from freiblatt.letters.actions.delivering import enqueue
from freiblatt.letters.actions.errors import LetterError, checked_address
from freiblatt.letters.models import PATIENCE, Letter
from freiblatt.letters.rendering import render
from freiblatt.lib.mail_addresses import address_key


def post_letter(
    *,
    to: str,
    template: str,
    context: Mapping[str, object],
    language: str,
    kind: str,
    to_name: str = "",
    dedupe_key: str = "",
    is_urgent: bool = False,
    unsubscribe_url: str = "",
    is_repeatable: bool = True,
    about: str = "",
) -> Letter:
    """Return a stored letter that goes out as soon as the caller's transaction commits.

    `template` such as "newsroom/letters/invitation" names three files: `.subject.txt`, `.txt` and `.html`; they are
    rendered now, in `language`, and frozen. `kind` is a short name that begins with the room's
    ("newsroom_invitation"). Where a letter with this `dedupe_key` exists, that one is returned and nothing is sent.
    `is_repeatable` False: where nobody knows whether it has arrived, it is not sent a second time.
    `about` names what the letter tells of, by a word and a key ("article:12"), for `discard_open_about`.
    Raises LetterError on a bad address, and where address, name, subject or `unsubscribe_url` hold a line break.
    """
    words = render(template, context, language=language, unsubscribe_url=unsubscribe_url)
    return post_words(
        to=to,
        subject=words.subject,
        text=words.text,
        html=words.html,
        language=language,
        kind=kind,
        to_name=to_name,
        dedupe_key=dedupe_key,
        is_urgent=is_urgent,
        unsubscribe_url=unsubscribe_url,
        is_repeatable=is_repeatable,
        about=about,
    )


def post_words(
    *,
    to: str,
    subject: str,
    text: str,
    html: str,
    language: str,
    kind: str,
    to_name: str = "",
    dedupe_key: str = "",
    is_urgent: bool = False,
    unsubscribe_url: str = "",
    is_repeatable: bool = True,
    about: str = "",
) -> Letter:
    """Return a stored letter with these words, which are ready; otherwise as `post_letter`."""
    address = checked_address(to)
    for name, value in (("to_name", to_name), ("subject", subject), ("unsubscribe_url", unsubscribe_url)):
        # As str.splitlines does: everything that some program along the way may take for a line break.
        if len(value.splitlines()) > 1 or value != value.strip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029") or "\0" in value:
            raise LetterError(_("%(field)s: a line break was seen where one line was expected.") % {"field": name})
    if dedupe_key and (known := Letter.objects.filter(dedupe_key=dedupe_key).first()):
        return known
    try:
        with transaction.atomic():
            letter = Letter.objects.create(
                kind=kind,
                language=language,
                to_address=address,
                to_name=to_name[:120],
                address_key=address_key(address),
                subject=_shortened(subject),
                text=text,
                html=html,
                unsubscribe_url=unsubscribe_url,
                dedupe_key=dedupe_key or None,
                is_urgent=is_urgent,
                is_repeatable=is_repeatable,
                about=about,
                give_up_at=timezone.now() + PATIENCE,
            )
            enqueue(letter)
    except IntegrityError:
        # Another process posted it at the same moment.
        known = Letter.objects.filter(dedupe_key=dedupe_key).first() if dedupe_key else None
        if known is None:
            raise
        return known
    return letter


def _shortened(subject: str) -> str:
    return subject if len(subject) <= 250 else f"{subject[:249]}…"
