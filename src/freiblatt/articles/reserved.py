"""First parts of addresses that sections and plain pages may not take."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

#: Addresses of the publication's own rooms, present and planned, in every language: a section of the same name would
#: hide behind them. One list for all languages, so that a page can be translated without a surprise.
RESERVED = frozenset(
    {
        "admin", "documents", "media", "static", "healthz", "robots", "sitemap", "feed", "feeds", "favicon",
        "search", "suche", "authors", "autoren", "topics", "themen", "archive", "archiv", "article", "artikel",
        "support", "unterstuetzen", "letters", "briefe", "reader", "readers", "leser", "discussion", "diskussion",
        "corrections", "berichtigungen", "register", "evidence", "belege",
    }
)  # fmt: skip

#: Years stay free for addresses of the archive.
YEAR = re.compile(r"^(19|20|21)\d\d$")


def is_reserved(slug: str) -> bool:
    """Return whether `slug` may not begin an address."""
    languages = {code for code, _name in settings.WAGTAILADMIN_PERMITTED_LANGUAGES} | {
        code for code, _name in settings.LANGUAGES
    }
    return slug in RESERVED or slug in languages or slug.startswith("-") or YEAR.match(slug) is not None


def refuse_reserved_slug(slug: str) -> None:
    """Raise ValidationError, with a sentence at the field, where `slug` may not begin an address."""
    if slug and is_reserved(slug):
        raise ValidationError(
            {
                "slug": _(
                    "The address “{slug}” is reserved for the publication itself. Choose another, such as “{other}”."
                ).format(slug=slug, other=f"{slug.strip('-') or 'seite'}-1")
            }
        )
