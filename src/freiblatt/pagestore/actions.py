"""Verbs of the store: keep a page, mark keys stale."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpResponse


def keep(response: HttpResponse, *, keys: Iterable[str], until: datetime | None = None) -> HttpResponse:
    """Allow the store to keep `response` until one of `keys` goes stale or `until` has come; return the response."""
    response.store_keys = sorted(set(keys))  # type: ignore[attr-defined]
    response.store_until = until  # type: ignore[attr-defined]
    return response


def mark_stale(keys: Iterable[str]) -> None:
    """Make every kept page that shows one of `keys` count no longer, once the current transaction commits."""
