"""Codes of an authenticator app: RFC 6238 with SHA-1, 30 seconds and 6 digits, which is what all apps speak."""

import base64
import hmac

STEP_SECONDS = 30
DIGITS = 6


def code_at(secret: str, step: int) -> str:
    """Return the code of the time step `step` (seconds since 1970 by 30); `secret` is in base 32."""
    key = base64.b32decode(secret, casefold=True)
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    value = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(value % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: str, code: str, *, seconds: float, after: int = -1, tolerance: int = 1) -> int | None:
    """Return the step whose code this is, at most `tolerance` steps from now (`seconds` since 1970), else None.

    Steps up to `after` are left out: a code that was accepted is worth nothing to whoever saw it (RFC 6238, 5.2).
    """
    now = int(seconds) // STEP_SECONDS
    found = None
    for step in range(now - tolerance, now + tolerance + 1):
        # All are compared, so that the time does not tell which one it was.
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()) and step > after:
            found = step
    return found
