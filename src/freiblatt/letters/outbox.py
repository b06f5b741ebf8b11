"""The mail backend of everybody else (`EMAIL_BACKEND`): what Wagtail and other libraries send becomes a letter too."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import translation

from freiblatt.letters.actions import LetterError, post_words


class OutboxBackend(BaseEmailBackend):
    """Stores every message as one letter for each of its receivers. Attachments are not carried."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Return how many messages were stored, in the transaction that is open."""
        return sum(self._store(message) for message in email_messages)

    def _store(self, message: EmailMessage) -> int:
        html: Any = next((part[0] for part in getattr(message, "alternatives", ()) if part[1] == "text/html"), "")
        is_html = message.content_subtype == "html"
        for receiver in message.recipients():
            try:
                post_words(
                    to=receiver.rpartition("<")[2].rstrip("> "),
                    subject=str(message.subject),
                    text="" if is_html else str(message.body),
                    html=str(message.body) if is_html else str(html),
                    language=translation.get_language() or "",
                    kind="library",
                )
            except LetterError:
                if not self.fail_silently:
                    raise
        return 1
