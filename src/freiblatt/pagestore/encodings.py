"""Which of a page's encodings a browser gets, and whether it has the page already. Nothing in here imports Django."""

import functools
from typing import Literal

Encoding = Literal["br", "gzip", "identity"]


@functools.lru_cache(maxsize=512)
def chosen(accept: str | None) -> Encoding:
    """Return the best encoding that the Accept-Encoding header allows (RFC 9110, 12.5.3)."""
    if not accept:
        return "identity"
    weights: dict[str, float] = {}
    for item in accept.lower().split(","):
        name, _, parameters = item.partition(";")
        weight = 1.0
        for parameter in parameters.split(";"):
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                try:
                    weight = float(value.strip())
                except ValueError:
                    weight = 0.0
        weights[name.strip()] = weight
    rest = weights.get("*", 0.0)
    brotli, gzip = weights.get("br", rest), weights.get("gzip", weights.get("x-gzip", rest))
    if brotli > 0 and brotli >= gzip:
        return "br"
    return "gzip" if gzip > 0 else "identity"


def is_unchanged(if_none_match: str, etag: str) -> bool:
    """Return whether the If-None-Match header names `etag` (weak comparison, lists and `*`, RFC 9110, 13.1.2)."""
    if if_none_match == etag:
        return True
    if if_none_match.strip() == "*":
        return True
    return any(item.strip().removeprefix("W/") == etag for item in if_none_match.split(","))
