"""The headers of every answer, in one place: Django's settings, the store and the rules for a proxy read them here.

Nothing in here imports Django.
"""

from freiblatt.config import Config

#: What a reader's page may do: nothing that is not ours, nothing inline, no frame, not in anybody's frame.
READER_POLICY: dict[str, tuple[str, ...]] = {
    "default-src": ("'self'",),
    "script-src": ("'self'",),
    "style-src": ("'self'",),
    "img-src": ("'self'", "data:"),
    "font-src": ("'self'",),
    "object-src": ("'none'",),
    "base-uri": ("'none'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'none'",),
    "frame-src": ("'none'",),
}

#: What an editor's preview may do besides: stand in the frame of our own admin.
PREVIEW_POLICY = READER_POLICY | {"frame-ancestors": ("'self'",)}

#: What the admin may do. Wagtail 8 prints small scripts and event handlers into its panels (date fields, choosers,
#: inline panels), sets style attributes and evaluates no text as code; previews and embeds are frames of our own.
ADMIN_POLICY: dict[str, tuple[str, ...]] = {
    "default-src": ("'self'",),
    "script-src": ("'self'", "'unsafe-inline'"),
    "style-src": ("'self'", "'unsafe-inline'"),
    "img-src": ("'self'", "data:", "blob:"),
    "media-src": ("'self'", "blob:"),
    "font-src": ("'self'", "data:"),
    "connect-src": ("'self'",),
    "worker-src": ("'self'", "blob:"),
    "object-src": ("'none'",),
    "base-uri": ("'self'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'self'",),
    "frame-src": ("'self'",),
}

#: What a file that is no raster picture and no recording may do when it is opened by itself: nothing.
FILE_POLICY = "default-src 'none'; sandbox"
#: A drawing may besides carry its own styles (`style=`, `<style>`), as most drawing programs write them: without
#: them it is black. What CSS can load is forbidden by `default-src`, and in the sandbox no script runs and the drawing
#: has an origin of its own, so its styles reach nothing but itself.
DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
DRAWING_TYPE = "image/svg+xml"

REFERRER_POLICY = "strict-origin-when-cross-origin"
OPENER_POLICY = "same-origin"
#: No page of ours asks for these; an embedded frame shall not either. Full screen stays possible for films.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
    )
)
HSTS_SECONDS = 365 * 24 * 3600


def written(policy: dict[str, tuple[str, ...]]) -> str:
    """Return `policy` as the value of its header, directives in their written order."""
    return "; ".join(" ".join((directive, *sources)) for directive, sources in policy.items())


def file_policy(content_type: str) -> str:
    """Return the policy of a file of this type that is opened by itself."""
    return DRAWING_POLICY if content_type == DRAWING_TYPE else FILE_POLICY


def common_headers(config: Config) -> list[tuple[str, str]]:
    """Return the headers that every answer carries, whoever gives it."""
    found = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", REFERRER_POLICY),
        ("permissions-policy", PERMISSIONS_POLICY),
        ("cross-origin-opener-policy", OPENER_POLICY),
    ]
    if config.is_https:
        found.append(("strict-transport-security", f"max-age={HSTS_SECONDS}"))
    return found


def page_headers(config: Config) -> list[tuple[str, str]]:
    """Return the headers of a reader's ordinary page, apart from its type, language, length, encoding and ETag."""
    return [
        ("cache-control", "no-cache"),
        ("content-security-policy", written(READER_POLICY)),
        *common_headers(config),
    ]
