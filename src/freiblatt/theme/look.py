"""The look that the desk chose (accent, typeface) as a style sheet of its own under a hashed address."""

import hashlib

from django.urls import reverse

from freiblatt.newsroom.models import BodyFont, PublicationSettings

#: What `tokens.css` says anyway; a publication that keeps these needs no sheet.
DEFAULT_ACCENTS = ("#a8281c", "#f0897b")

STACKS = {
    BodyFont.SYSTEM_SERIF: 'Charter, "Iowan Old Style", Georgia, Cambria, "Noto Serif", "Times New Roman", serif',
    BodyFont.SYSTEM_SANS: '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", '
    '"Liberation Sans", system-ui, sans-serif',
}


def stylesheet(settings: PublicationSettings) -> str:
    """Return the CSS of what differs from our own look; "" where nothing does."""
    rules = []
    accents = (settings.accent_light.lower(), settings.accent_dark.lower())
    if accents != DEFAULT_ACCENTS:
        rules.append(f"--accent: light-dark({accents[0]}, {accents[1]})")
    if settings.font in STACKS:
        rules.append(f"--serif: {STACKS[BodyFont(settings.font)]}")
    return f"@layer tokens {{ :root {{ {'; '.join(rules)} }} }}\n" if rules else ""


def look_hash(css: str) -> str:
    """Return the name under which a style sheet is served."""
    return hashlib.sha256(css.encode()).hexdigest()[:12]


def look_url(settings: PublicationSettings) -> str:
    """Return the address of the publication's style sheet, or "" where our own look stands unchanged."""
    css = stylesheet(settings)
    return reverse("look", args=[look_hash(css)]) if css else ""
