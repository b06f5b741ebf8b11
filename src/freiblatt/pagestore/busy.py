"""What readers see where Django has no room for them: finished pages, written together with the static files.

Only `write` needs Django.
"""

from collections.abc import Callable
from pathlib import Path

from freiblatt.config import Config
from freiblatt.pagestore.headers import READER_POLICY, common_headers, written
from freiblatt.pagestore.pages import SERVER, Headers

#: Hidden, so that nobody who serves the folder serves them as files.
NAME = ".busy.{}.html"
RETRY_AFTER_SECONDS = 2
#: What is left to say while no page has been written.
LAST_WORDS = (
    b'<!doctype html><html lang="en"><meta charset="utf-8"><title>Very busy right now</title>'
    b"<h1>Very busy right now</h1><p>Please reload this page in a few seconds.</p></html>"
)


def write(folder: Path, address_of: Callable[[str], str]) -> None:
    """Write the page into `folder` in every language of the interface; `address_of` gives a static file's address."""
    from django.conf import settings
    from django.template.loader import render_to_string
    from django.utils import translation

    for code, _name in settings.WAGTAILADMIN_PERMITTED_LANGUAGES:
        with translation.override(code):
            text = render_to_string("theme/503.html", {"stylesheet": address_of("theme/theme.css")})
        (folder / NAME.format(code)).write_text(text, "utf-8")


class BusyPages:
    """The pages, read when they are first needed."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._pages: dict[str, bytes] = {}
        self._common: Headers = [
            SERVER,
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("content-security-policy", written(READER_POLICY)),
            *common_headers(config),
            ("retry-after", str(RETRY_AFTER_SECONDS)),
        ]

    def answer(self, path: str) -> tuple[Headers, bytes]:
        """Return headers and body for the address `path`, in its language."""
        language = path.split("/", 2)[1] if path.count("/") > 1 else ""
        if language not in self._config.languages:
            language = self._config.language
        page = self._pages.get(language)
        if page is None:
            try:
                page = (self._config.static / NAME.format(language)).read_bytes()
            except OSError:
                return [*self._common, ("content-language", "en")], LAST_WORDS
            self._pages[language] = page
        return [*self._common, ("content-language", language)], page
