"""Mail addresses: the one form in which they are stored and compared, and the keyed hash that stands for one."""

import functools
import hashlib
import hmac
import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

#: What mail servers take (RFC 5321, 4.5.3.1.3).
LONGEST = 254

_validate = EmailValidator(message=_("Enter a mail address such as anna@example.org."))


def normalise(address: str) -> str:
    """Return `address` in the form in which it is stored: no blanks around it, the domain in lower-case ASCII.

    The part before the @ keeps its case, which its server alone may judge. Raises ValidationError with a sentence for
    whoever typed it; the sentence does not repeat the address.
    """
    local, at, domain = address.strip().rpartition("@")
    try:
        domain = domain.lower().encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    found = f"{local}{at}{domain}"
    if len(found) > LONGEST:
        raise ValidationError(_("Enter a mail address of at most %(most)d characters."), params={"most": LONGEST})
    # The validator's pattern ends at the end of the text, so that no line break passes either. Between quotation marks
    # it takes control characters, and it takes encoded words (RFC 2047), in which mail programs find such characters.
    _validate(found if found.isprintable() and "=?" not in found else "")
    return found


def address_key(address: str) -> str:
    """Return what stands for the normalised `address` where it must be found again but not read: 64 hex digits.

    It is keyed by the publication's secret, so that nobody without that secret can try addresses against it. The same
    address in other case has the same key.
    """
    return hmac.new(_key(settings.SECRET_KEY), address.casefold().encode(), hashlib.sha256).hexdigest()


@functools.cache
def _key(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), person=b"mail-address").digest()


_ANY_ADDRESS = re.compile(r"[^\s<>'\"(),;:=\[\]{}]+@[^\s<>'\"(),;:=\[\]{}]+")


def without_addresses(text: str) -> str:
    """Return the text with every mail address replaced: messages of mail servers name the reader."""
    return _ANY_ADDRESS.sub("…@…", text)
