"""Move in the text of a saved WordPress page: the article, captions of its pictures, its author, date and discussion.

FILE is what a reader gets by selecting everything on the page in a browser and copying it into a text file. The same
page again updates what was moved in and never doubles it.
"""

import argparse
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from freiblatt.cli.start import ConsoleError, start_django

if TYPE_CHECKING:
    from freiblatt.importers.page.saved import SavedPage, Warned


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the file, the day of the copy, where the article goes, and how to report."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the copied text: UTF-8, UTF-16 or Windows-1252")
    parser.add_argument(
        "--saved-on",
        metavar="DATE",
        type=_day,
        help="day the copy was made, as 2025-10-20; ages such as “2 months ago” count back from it "
        "(default: the day the file was last changed)",
    )
    parser.add_argument(
        "--section", metavar="SLUG", default="", help="section of a new article (default: the archive section, made)"
    )
    parser.add_argument("--publish", action="store_true", help="publish the article (default: leave it a draft)")
    parser.add_argument("--dry-run", action="store_true", help="report what would be done, store nothing")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object and nothing else")


def run(arguments: argparse.Namespace) -> int:
    """Read the file, store what it holds, report. Returns 0; what cannot be moved in is a ConsoleError."""
    start_django()
    from django.db import DatabaseError
    from django.utils.translation import gettext as _

    from freiblatt.importers.page.actions import PageImportError
    from freiblatt.importers.page.saved import NotAPageError

    try:
        return _run(arguments)
    except (NotAPageError, PageImportError) as error:
        raise ConsoleError(f"{error}\n{_('Nothing was stored.')}") from error
    except DatabaseError as error:
        reason = " ".join(str(error).split())
        raise ConsoleError(
            _(
                "database: %(reason)s. Nothing was stored. "
                "If a table or column is missing, `freiblatt prepare` makes it."
            )
            % {"reason": reason}
        ) from error


def _run(arguments: argparse.Namespace) -> int:
    from django.utils.translation import gettext as _
    from wagtail.log_actions import log

    from freiblatt.importers.page.actions import check_days, check_section, import_page, language_of
    from freiblatt.importers.page.report import as_json, as_text, warning_sentence

    page, saved_on, noticed = _read(arguments)
    if arguments.dry_run:
        language, warned = language_of(page)
        check_days(page=page, saved_on=saved_on)
        check_section(language=language, section_slug=arguments.section)
        noticed += warned
        url = None
        what_happened = _("This is what the copy holds. Nothing was stored.")
    else:
        moved = import_page(
            page=page, saved_on=saved_on, is_to_publish=arguments.publish, section_slug=arguments.section
        )
        log(instance=moved.article, action="importers.page", data={"is_new": moved.is_new})
        noticed += moved.warnings
        url = moved.article.full_url if moved.article.live else None
        what_happened = _what_happened(is_new=moved.is_new, url=url, pk=moved.article.pk)
    warnings = [warning_sentence(one) for one in (*noticed, *page.warnings)]
    if arguments.json:
        print(json.dumps(as_json(page, url=url, warnings=warnings), ensure_ascii=False, indent=2))
    else:
        print(as_text(page, what_happened=what_happened, warnings=warnings))
    return 0


def _read(arguments: argparse.Namespace) -> "tuple[SavedPage, date, list[Warned]]":
    """Return the page, the day of the copy, and what was noticed on the way."""
    from freiblatt.importers.page.decode import decode, read_file
    from freiblatt.importers.page.read import read_page
    from freiblatt.importers.page.saved import Warned

    text, is_guessed = decode(read_file(arguments.file))
    noticed = [Warned("encoding_guessed")] if is_guessed else []
    if arguments.saved_on is not None:
        return read_page(text, saved_on=arguments.saved_on), arguments.saved_on, noticed
    changed_on = datetime.fromtimestamp(arguments.file.stat().st_mtime, tz=UTC).astimezone().date()
    page = read_page(text, saved_on=changed_on)
    if any(comment.moment.is_approximate for comment in page.comments):
        noticed.append(Warned("saved_on_assumed", text=changed_on.isoformat()))
    return page, changed_on, noticed


def _what_happened(*, is_new: bool, url: str | None, pk: int) -> str:
    from django.conf import settings
    from django.utils.translation import gettext as _

    where = url or f"{settings.WAGTAILADMIN_BASE_URL}/admin/pages/{pk}/edit/"
    if is_new:
        return (_("Moved in and published: %(where)s") if url else _("Moved in as a draft: %(where)s")) % {
            "where": where
        }
    return (_("Brought up to date: %(where)s") if url else _("Brought up to date, still a draft: %(where)s")) % {
        "where": where
    }


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"seen {text!r}, expected a day such as 2025-10-20") from None
    if day > datetime.now(tz=UTC).astimezone().date():
        raise argparse.ArgumentTypeError(f"seen {text!r}, expected a day that is not in the future")
    return day
