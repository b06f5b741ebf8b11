"""Files come in every encoding, and not every file is a page."""

from pathlib import Path

import pytest

from freiblatt.importers.page.decode import decode, read_file
from freiblatt.importers.page.saved import NotAPageError

pytestmark = pytest.mark.usefixtures("in_english")

TEXT = "Möwen – „über“ dem Kai\nzweite Zeile\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
    ],
)
def test_encodings_and_line_ends(data: bytes) -> None:
    assert decode(data) == (TEXT, False)


def test_windows_1252_is_guessed() -> None:
    assert decode(TEXT.encode("cp1252")) == (TEXT, True)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        ("\u00a0\n".encode(), "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not text"),
        (b"\x7fELF\x02\x01\x01", "not text"),
        (b"%PDF-1.7\n\xb5\xed\xae\xfb\n\x00", "not text"),
        (TEXT.encode("utf-16-le"), "not text"),
        (b"\xff\xfe\x41", "UTF-16-LE"),
        (b"\xef\xbb\xbf\xff\xff", "UTF-8"),
        (b"\x81\x8d\x8f", "encoding"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(NotAPageError) as refused:
        decode(data)
    assert sentence in str(refused.value)


def test_big_file_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    with path.open("wb") as file:
        file.truncate(10_000_000)
    with pytest.raises(NotAPageError) as refused:
        read_file(path)
    assert "larger than 5 MB" in str(refused.value)


def test_directory_and_missing_file_are_refused(tmp_path: Path) -> None:
    for path, sentence in ((tmp_path, "is a directory"), (tmp_path / "no.txt", "does not exist")):
        with pytest.raises(NotAPageError) as refused:
            read_file(path)
        assert sentence in str(refused.value)
