"""An address with a password need not stand among the arguments of a process."""

import subprocess
import sys
from pathlib import Path

import pytest

from freiblatt.cli.given import database_url
from freiblatt.config import ConfigurationError
from tests.cli.test_init import environment

URL = "postgresql://ro%40sa:ge-heim@127.0.0.1:1/blatt"


def test_it_is_read_from_a_file_or_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"{URL}\n\nnotes\n")
    assert database_url("URL", f"@{tmp_path / 'url'}") == URL
    assert database_url("URL", URL) == URL
    assert database_url("URL", None) is None


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe"])
def test_a_file_without_an_address_is_told(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "url").write_bytes(content)
    with pytest.raises(ConfigurationError, match="--database-url: seen "):
        database_url("--database-url", f"@{tmp_path / 'url'}")


@pytest.mark.process
@pytest.mark.parametrize(
    "words",
    [
        ("init", "blatt", "--name", "Blatt", "--database-url", "-"),
        ("restore", "backup.tar", "blatt", "--database-url", "-"),
        ("move-database", "-", "--publication", "old"),
    ],
)
def test_every_word_takes_it_from_its_input(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "freiblatt.toml").write_text('name = "Blatt"\n')
    (tmp_path / "old" / "secret.key").write_text("x" * 60)
    (tmp_path / "backup.tar").write_bytes(b"no backup")
    done = subprocess.run(
        [sys.executable, "-m", "freiblatt", *words], input="mysql://ge-heim@x/y\n",
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert "ge-heim" not in done.stderr
    if words[0] != "restore":  # which looks at the file first
        assert "mysql://…@x/y" in done.stderr
