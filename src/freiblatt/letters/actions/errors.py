"""What goes wrong with letters, and the one form of an address."""

from django.core.exceptions import ValidationError

from freiblatt.lib.mail_addresses import normalise


class LetterError(Exception):
    """What was asked cannot be done with this letter; the message says why and names no address."""


def checked_address(to: str) -> str:
    """Return the address in the form in which it is stored. Raises LetterError."""
    try:
        return normalise(to)
    except ValidationError as error:
        raise LetterError(" ".join(error.messages)) from error
