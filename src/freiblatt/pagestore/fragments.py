"""Parts of a page that are stored apart, because they change much more often than the page around them.

A *placeholder* stands in the page's HTML as a comment that is signed, so that no text of an author or a reader can
forge one. The store keeps the page with its placeholders and the fragments apart; any other response has them filled
in by the middleware. Nothing in here imports Django before a function is called, for the store reads placeholders
while Django is still loading.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from freiblatt import config

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

#: Return HTML and the keys that it shows; called with the argument of the placeholder in the language of its page.
Render = Callable[[str], tuple[str, list[str]]]
#: The same for many arguments at once, so that a list of articles does not ask the database for each of them.
RenderAll = Callable[[Sequence[str]], dict[str, tuple[str, list[str]]]]

OPENING = b"<!--fragment "
_MARK = re.compile(rb"<!--fragment ([a-z-]{2,10}) ([a-z_]{1,40}) ([A-Za-z0-9/_.:@-]{0,200}) ([0-9a-f]{20})-->")
_NAME = re.compile(r"[a-z_]{1,40}")
_ARGUMENT = re.compile(r"[A-Za-z0-9/_.:@-]{0,200}")
_renders: dict[str, RenderAll] = {}
_secret: bytes = b""


class Fragment(NamedTuple):
    """Which fragment stands in a place."""

    language: str
    name: str
    argument: str


class Rendered(NamedTuple):
    """What came of rendering a fragment."""

    html: bytes
    keys: list[str]


def register(name: str, render: Render) -> None:
    """Offer the fragments called `name`. Call it from `AppConfig.ready()`; raises ValueError on a taken name."""
    register_all(name, lambda arguments: {argument: render(argument) for argument in arguments})


def register_all(name: str, render_all: RenderAll) -> None:
    """Offer the fragments called `name` by a function that renders many at once; otherwise as `register`."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} names no fragment: lower-case letters and underscores, at most 40.")
    if name in _renders:
        raise ValueError(f"Fragments named {name} are registered already.")
    _renders[name] = render_all


def placeholder(name: str, argument: str) -> "SafeString":
    """Return what stands in the page where the fragment will be, in the active language.

    `argument` is at most 200 letters, digits and `/ _ . : @ -`; raises ValueError on another, LookupError on a name
    that nobody registered.
    """
    from django.utils.safestring import mark_safe
    from django.utils.translation import get_language

    if name not in _renders:
        raise LookupError(f"No fragments named {name} are registered.")
    if not _ARGUMENT.fullmatch(argument):
        raise ValueError(f"{argument!r} is no argument of a fragment.")
    fragment = Fragment(get_language() or "und", name, argument)
    return mark_safe(f"<!--fragment {' '.join(fragment)} {_signature(fragment)}-->")  # noqa: S308 (checked above)


def split(html: bytes) -> list[bytes | Fragment]:
    """Return `html` cut at its placeholders: bytes and fragments in turn, beginning and ending with bytes."""
    if OPENING not in html:
        return [html]
    found: list[bytes | Fragment] = []
    start = 0
    for match in _MARK.finditer(html):
        language, name, argument, signature = (group.decode("ascii") for group in match.groups())
        fragment = Fragment(language, name, argument)
        if not hmac.compare_digest(_signature(fragment), signature):
            continue
        found += [html[start : match.start()], fragment]
        start = match.end()
    found.append(html[start:])
    return found


def render(wanted: Iterable[Fragment]) -> dict[Fragment, Rendered]:
    """Return the HTML of each fragment, with the fragments inside it filled in, and all keys that it shows."""
    from django.utils import translation

    arguments: dict[tuple[str, str], list[str]] = {}
    for fragment in dict.fromkeys(wanted):
        arguments.setdefault((fragment.language, fragment.name), []).append(fragment.argument)
    found = {}
    for (language, name), asked in arguments.items():
        with translation.override(language):
            for argument, (html, keys) in _renders[name](asked).items():
                inside = fill(html.encode())
                found[Fragment(language, name, argument)] = Rendered(inside.html, sorted({*keys, *inside.keys}))
    return found


def fill(html: bytes) -> Rendered:
    """Return `html` with every placeholder replaced by its fragment, and the keys that the fragments show."""
    parts = split(html)
    if len(parts) == 1:
        return Rendered(html, [])
    rendered = render(part for part in parts if isinstance(part, Fragment))
    filled = b"".join(rendered[part].html if isinstance(part, Fragment) else part for part in parts)
    return Rendered(filled, sorted({key for one in rendered.values() for key in one.keys}))


def registered() -> Iterable[str]:
    """Return the names under which fragments are offered."""
    return sorted(_renders)


def _signature(fragment: Fragment) -> str:
    global _secret
    if not _secret:
        _secret = hashlib.blake2b(config.current().secret_key().encode(), person=b"fragment").digest()
    return hashlib.blake2b(" ".join(fragment).encode(), key=_secret, digest_size=10).hexdigest()
