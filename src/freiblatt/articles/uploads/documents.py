"""Which documents are taken, and what their content must be."""

import json
import zipfile
from typing import IO

from django.utils.translation import gettext_lazy as _

from freiblatt.articles.uploads import FileRefused, checked_size, ending_of

#: By ending: the type under which readers get it.
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip",
    "json": "application/json",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "pdf": "application/pdf",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "txt": "text/plain; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
#: Endings that announce macros: programs that run at the reader's.
MACRO_ENDINGS = {"docm", "dotm", "pptm", "potm", "ppsm", "xlsm", "xltm", "xlam", "xlsb", "doc", "xls", "ppt"}
_OFFICE_PARTS = {"docx": "word/", "pptx": "ppt/", "xlsx": "xl/"}
#: Parts of office files that hold programs.
_MACRO_PARTS = ("vbaproject.bin", "basic/script-lc.xml", "scripts/python/", "xl/macrosheets/")
MAX_ARCHIVE_ENTRIES = 20_000
_CHUNK_BYTES = 1024 * 1024


def check_document(file: IO[bytes], name: str, *, max_bytes: int | None = None) -> None:
    """Return nothing if `file`, uploaded as `name`, may be offered to readers; else raise FileRefused with a sentence.

    The file is left at its beginning.
    """
    ending = ending_of(name)
    if ending in MACRO_ENDINGS:
        raise FileRefused(
            _("Files with the ending “%(ending)s” may carry programs (macros). Save it as PDF, or without macros.")
            % {"ending": ending}
        )
    if ending not in TYPES:
        raise FileRefused(
            _("Documents with the ending “%(ending)s” are not taken. Taken are: %(endings)s.")
            % {"ending": ending or "–", "endings": ", ".join(TYPES)}
        )
    size = checked_size(file, max_bytes=max_bytes)
    try:
        if ending == "pdf":
            _check_pdf(file, size)
        elif ending in ("csv", "txt", "json"):
            _check_text(file, ending)
        else:
            _check_archive(file, ending)
    finally:
        file.seek(0)


def _not_what_it_says(ending: str) -> FileRefused:
    return FileRefused(
        _("The name ends in “%(ending)s”, but the content is something else, or it is damaged.") % {"ending": ending}
    )


def _check_pdf(file: IO[bytes], size: int) -> None:
    # Readers' programs look for the mark in the first kilobyte. What stands before it there can make the file another
    # one at the same time, so only white space may.
    if not file.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip(b"\0\t\n\f\r ").startswith(b"%PDF-"):
        raise _not_what_it_says("pdf")
    file.seek(max(0, size - 2048))
    if b"%%EOF" not in file.read():
        raise FileRefused(_("The PDF is incomplete. Upload it again from its source."))


def _check_text(file: IO[bytes], ending: str) -> None:
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while chunk := file.read(_CHUNK_BYTES):
            if b"\0" in chunk:
                raise _not_what_it_says(ending)
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
        if ending == "json":
            file.seek(0)
            json.loads(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FileRefused(_("The text is not stored as UTF-8. Save it in that encoding and upload it again.")) from None
    except (ValueError, RecursionError):
        raise _not_what_it_says(ending) from None


def _check_archive(file: IO[bytes], ending: str) -> None:
    # An archive is read from its end: anything could stand before it, a page or a program.
    if file.read(2) != b"PK":
        raise _not_what_it_says(ending)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            names = [entry.filename for entry in archive.infolist()]
            if len(names) > MAX_ARCHIVE_ENTRIES:
                raise FileRefused(_("The archive has too many files."))
            if ending in _OFFICE_PARTS:
                is_right = "[Content_Types].xml" in names and any(
                    name.startswith(_OFFICE_PARTS[ending]) for name in names
                )
            elif ending == "zip":
                is_right = True
            else:
                with archive.open("mimetype") as declared:
                    is_right = declared.read(200).decode("ascii", "replace").strip() == TYPES[ending]
    except (zipfile.BadZipFile, KeyError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise _not_what_it_says(ending) from None
    if not is_right:
        raise _not_what_it_says(ending)
    if ending != "zip" and any(part in name.lower() for name in names for part in _MACRO_PARTS):
        raise FileRefused(_("The document carries programs (macros). Save it as PDF, or without macros."))
