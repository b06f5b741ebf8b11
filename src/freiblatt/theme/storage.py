"""Static files under hashed names, and the one style sheet made of many files.

`collectstatic` copies every room's files; then this storage replaces the imports of `theme/theme.css` by the files
they name, adds the publication's own `site.css` as the last layer, takes comments and blanks out of the readers'
modules, and only then hashes. A reader's browser asks for one sheet; we edit a file per component.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from rjsmin import jsmin

#: The sheet whose imports are replaced, and the sheet that a publication may add in the layer `site`.
SHEET = "theme/theme.css"
SITE_SHEET = "site/site.css"
#: Where the modules lie that readers' pages load.
MODULES = "theme/js/"

IMPORT = re.compile(r"""@import\s+url\(\s*["']?(?P<url>[^"')]+)["']?\s*\)\s*(?:layer\((?P<layer>[\w-]+)\))?\s*;""")
ADDRESS = re.compile(r"""url\(\s*(?P<quote>["']?)(?P<url>[^"')]+)(?P=quote)\s*\)""")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
#: Addresses that name no file of ours.
FOREIGN = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//|/|#)", re.IGNORECASE)


class HashedStaticStorage(ManifestStaticFilesStorage):
    """Names carry a hash of the content, also inside ES modules and style sheets: browsers may keep files a year."""

    support_js_module_import_aggregation = True

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Put the sheet together, then hash everything. Raises ImproperlyConfigured on a style sheet's missing file."""
        if not dry_run:
            if SHEET in paths:
                self._put_sheet_together(paths)
            if SITE_SHEET in paths:
                own = COMMENT.sub("", self._text_of(SITE_SHEET, paths))
                self._check_addresses(SITE_SHEET, own, paths)
                self._replace(SITE_SHEET, own, paths)
            for name in [name for name in paths if name.startswith(MODULES) and name.endswith(".js")]:
                self._replace(name, jsmin(self._text_of(name, paths)), paths)
        yield from super().post_process(paths, dry_run, **options)

    def _put_sheet_together(self, paths: dict[str, Any]) -> None:
        text = flatten(SHEET, lambda name: self._text_of(name, paths))
        if SITE_SHEET in paths:
            own = rebase(COMMENT.sub("", self._text_of(SITE_SHEET, paths)), SITE_SHEET, SHEET)
            text += f"@layer site {{\n{own.strip()}\n}}\n"
        self._replace(SHEET, text, paths)

    def _text_of(self, name: str, paths: dict[str, Any]) -> str:
        """Return the text of a collected style sheet or module as its room wrote it."""
        if name not in paths:
            raise ImproperlyConfigured(f"{SHEET} imports {name}, and no such static file exists.")
        source, path = paths[name]
        try:
            with source.open(path) as file:
                return file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ImproperlyConfigured(f"{name}: this file is not UTF-8: {error}.") from error

    def _replace(self, name: str, text: str, paths: dict[str, Any]) -> None:
        """Store `text` under a name as if the room's file had said so."""
        if self.exists(name):
            self.delete(name)
        self._save(name, ContentFile(text.encode()))
        paths[name] = (self, name)

    def _check_addresses(self, name: str, text: str, paths: dict[str, Any]) -> None:
        """Refuse a publication's style sheet that names a file which is not there, with a sentence that says so."""
        for found in ADDRESS.finditer(text):
            url = found["url"].strip()
            if FOREIGN.match(url):
                continue
            wanted = posixpath.normpath(posixpath.join(posixpath.dirname(name), re.split(r"[?#]", url)[0]))
            if wanted not in paths:
                raise ImproperlyConfigured(
                    f"theme/static/site.css: seen url({url}), expected a file that exists. "
                    f"Put it at theme/static/{wanted.removeprefix('site/')} or correct the address."
                )


def flatten(name: str, read: Any) -> str:
    """Return the sheet `name` with each import replaced by what `read` returns for it, addresses still right."""

    def replaced(found: re.Match[str]) -> str:
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(name), found["url"]))
        inner = rebase(COMMENT.sub("", read(wanted)), wanted, name).strip()
        return f"@layer {found['layer']} {{\n{inner}\n}}" if found["layer"] else inner

    text = IMPORT.sub(replaced, COMMENT.sub("", read(name)))
    return re.sub(r"\n\s*", "\n", text).strip() + "\n"


def rebase(text: str, source: str, target: str) -> str:
    """Return a style sheet's text with relative addresses turned from the folder of `source` to that of `target`."""

    def turned(found: re.Match[str]) -> str:
        url = found["url"].strip()
        if FOREIGN.match(url):
            return found[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), url))
        return f'url("{posixpath.relpath(path, posixpath.dirname(target))}")'

    return ADDRESS.sub(turned, text)
