"""From the bytes of a file to text."""

from pathlib import Path

from django.utils.translation import gettext as _

from freiblatt.importers.page.saved import NotAPageError

#: The text of a page with ten thousand comments stays below; what is bigger is something else.
MOST_BYTES = 5_000_000

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
#: Control characters that text files contain.
_HARMLESS = frozenset("\t\n\r\f\v")


def read_file(path: Path) -> bytes:
    """Return the content of `path`. Raises NotAPageError when it cannot be read or is too big."""
    try:
        if path.is_dir():
            raise NotAPageError(
                _("%(file)s is a directory; expected the text file of one saved page.") % {"file": path}
            )
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise NotAPageError(_("%(file)s does not exist.") % {"file": path}) from None
    except OSError as error:
        raise NotAPageError(
            _("%(file)s cannot be read: %(reason)s.") % {"file": path, "reason": error.strerror or error}
        ) from error
    except ValueError:
        raise NotAPageError(_("%(file)s is not the name of a file.") % {"file": repr(str(path))}) from None
    if len(data) > MOST_BYTES:
        raise NotAPageError(
            _("%(file)s is larger than %(most)d MB; the text of a page is never that long.")
            % {"file": path, "most": MOST_BYTES // 1_000_000}
        )
    return data


def decode(data: bytes) -> tuple[str, bool]:
    """Return the text with \\n line ends, and whether its encoding had to be guessed as Windows-1252.

    UTF-8 with and without mark, UTF-16 with mark. Raises NotAPageError for what is empty, no text, or broken.
    """
    if not data.strip():
        raise NotAPageError(_("The file is empty."))
    text, is_guessed = _decoded(data)
    if any(ord(character) < 32 and character not in _HARMLESS for character in set(text)):
        raise NotAPageError(_("The file is not text (it contains control characters)."))
    if not text.strip("\ufeff \t\r\n\u00a0"):
        raise NotAPageError(_("The file is empty."))
    for line_end in ("\r\n", "\r", "\f", "\v", "\u2028", "\u2029"):
        text = text.replace(line_end, "\n")
    return text.removeprefix("\ufeff"), is_guessed


def _decoded(data: bytes) -> tuple[str, bool]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding), False
            except UnicodeDecodeError as error:
                raise NotAPageError(
                    _("The file says that it is %(encoding)s, but byte %(place)d does not fit.")
                    % {"encoding": encoding.upper(), "place": error.start + len(mark)}
                ) from error
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        pass
    if b"\x00" in data:
        raise NotAPageError(_("The file is not text, or in an encoding without a mark. Save it as UTF-8."))
    try:
        return data.decode("cp1252"), True
    except UnicodeDecodeError:
        raise NotAPageError(_("The file is not text, or in an unknown encoding. Save it as UTF-8.")) from None
