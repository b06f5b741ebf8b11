"""Root does not make files in a publication that somebody else's program has to read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from freiblatt.cli.start import refuse_wrong_user
from freiblatt.config import ConfigurationError
from tests.cli.test_init import environment

STRANGER = 54321


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A publication that is not root's."""
    directory = tmp_path / "blatt"
    directory.mkdir()
    (directory / "freiblatt.toml").write_text('name = "Blatt"\n')
    (directory / "secret.key").write_text("x" * 60)
    if os.geteuid() == 0:
        os.chown(directory, STRANGER, STRANGER)
    return directory


def test_root_is_refused_with_the_user_to_take(theirs: Path) -> None:
    owner = f"'#{STRANGER}'" if os.geteuid() == 0 else ""
    with pytest.raises(ConfigurationError, match=f"you are root.*sudo -u {owner}"):
        refuse_wrong_user(theirs, user=0)
    with pytest.raises(ConfigurationError, match="sudo -u"):
        refuse_wrong_user(theirs / "not" / "there", user=0)


def test_its_owner_is_fine_and_another_user_is_told(theirs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    owner = theirs.stat().st_uid
    refuse_wrong_user(theirs, user=owner)
    refuse_wrong_user(theirs / "new", user=owner + 1)  # where others may make directories, such as /tmp
    assert capsys.readouterr().err == ""
    refuse_wrong_user(theirs, user=owner + 1)
    assert "it belongs to" in capsys.readouterr().err


@pytest.mark.process
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can lay a stranger's directory there")
@pytest.mark.parametrize(
    "words",
    [
        ("upgrade",), ("serve",), ("worker",), ("prepare",), ("backup", "x.tar"), ("staff", "list"),
        ("shell", "-c", ""), ("move-database", "postgresql://x/y"), ("init", "{theirs}/new", "--name", "Neu"),
        ("restore", "x.tar", "{theirs}/new"),
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_no_word_of_roots_makes_a_file_there(words: tuple[str, ...], theirs: Path) -> None:
    before = sorted(theirs.rglob("*"))
    named = [] if words[0] in ("init", "restore") else ["--publication", str(theirs)]
    done = subprocess.run(
        [sys.executable, "-m", "freiblatt", *(word.format(theirs=theirs) for word in words), *named],
        env=environment(), cwd=theirs.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "sudo -u" in done.stderr
    assert sorted(theirs.rglob("*")) == before
