"""Somebody types a word after `freiblatt`."""

import os
from pathlib import Path

import pytest

from freiblatt import __version__, config
from freiblatt.cli.console import WORDS, run, take_publication
from freiblatt.config import ConfigurationError


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Begin in an empty directory without variables of ours, and leave nothing behind."""
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith("FREIBLATT_"):
            del os.environ[name]
    monkeypatch.chdir(tmp_path)
    config.current.cache_clear()
    yield
    # All of it: the console itself writes variables for the processes that it starts.
    os.environ.clear()
    os.environ.update(before)
    config.current.cache_clear()


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_newcomer_gets_a_page_that_names_every_word(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 0
    page = capsys.readouterr().out
    for word in WORDS:
        assert f"freiblatt {' '.join(word)}" in page


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"freiblatt {__version__}\n"


@pytest.mark.parametrize("word", WORDS)
def test_every_word_explains_itself_without_a_publication(
    word: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run([*word, "--help"])
    assert ended.value.code == 0
    assert f"usage: freiblatt {' '.join(word)}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["migrate"], ["serve"], ["worker"], ["prepare"], ["shell"], ["migrate", "-v0"]])
def test_word_in_an_empty_directory_is_one_sentence(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    assert capsys.readouterr().err == (
        f"freiblatt: {tmp_path}/freiblatt.toml: seen no such file, expected a publication. Make one with "
        "`freiblatt init DIR --name NAME`, or name its directory with --publication DIR.\n"
    )


def test_missing_secret_is_one_sentence_for_django_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "freiblatt.toml").write_text('name = "X"\n')
    assert run(["migrate"]) == 2
    assert capsys.readouterr().err == (
        f"freiblatt: {tmp_path}/secret.key: seen nothing readable (FileNotFoundError), "
        "expected the secret that `freiblatt init` wrote.\n"
    )


def test_interrupted_publication_is_not_worked_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "freiblatt.toml").write_text('name = "X"\n')
    (tmp_path / "secret.key").write_text("x" * 60)
    (tmp_path / ".unfinished").write_text("")
    assert run(["serve"]) == 2
    assert "seen a publication whose making was interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["import"], "import: seen 'import', expected one of: import page."),
        (["import", "--help"], "import: seen 'import --help', expected one of: import page."),
        (["import", "wix"], "import wix: seen 'import wix', expected one of: import page."),
        (["serve", "--publication"], "--publication: seen nothing after it, expected a directory."),
        (["serve", "--publication="], "--publication: seen nothing after it, expected a directory."),
        (["init", "--name", "X"], "DIR: seen none, expected one: freiblatt init DIR --name NAME."),
        (["init", "a", "--name", "X", "--publication", "b"], "DIR: seen two directories, expected one"),
        (["init", "a", "--name", ""], "--name: seen '', expected at least 1 character."),
        (["init", "a", "--name", "X", "--language", "fr"], "--language: seen 'fr', expected one of de, en."),
        (["init", "a", "--name", "X", "--url", "a.example"], "--url: seen 'a.example', expected an address"),
        (["init", "a", "--name", "X", "--owner", "me"], "--owner: seen 'me', expected a mail address"),
        (["init", "a", "--name", "X", "--owner", "m" * 300], "--owner: seen 300 characters, expected a mail address"),
        (["init", "a", "--name", "X", "--database-url", "x"], "--database-url: seen 'x', expected sqlite:///FILE"),
    ],
)
def test_wrong_question_is_one_sentence_and_makes_nothing(
    arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    told_now = capsys.readouterr().err
    assert told_now.startswith("freiblatt: " + told)
    assert "Traceback" not in told_now
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["serve"], (None, ["serve"])),
        (["--publication", "d", "serve"], ("d", ["serve"])),
        (["serve", "--port", "1", "--publication=d"], ("d", ["serve", "--port", "1"])),
        (["migrate", "--publication", "d", "-v", "2"], ("d", ["migrate", "-v", "2"])),
        (["--publication", "a", "serve", "--publication", "b"], ("b", ["serve"])),
        (["shell", "--", "--publication", "d"], (None, ["shell", "--", "--publication", "d"])),
    ],
)
def test_publication_is_named_before_or_after_the_word(arguments: list[str], expected: tuple) -> None:
    assert take_publication(arguments) == expected


def test_publication_without_a_directory_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        take_publication(["serve", "--publication"])


def test_init_leaves_a_used_directory_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "letters.txt").write_text("mine")
    assert run(["init", "used", "--name", "X"]) == 1
    assert "seen 1 files or folders (letters.txt), expected a new or empty directory." in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "used").iterdir()] == ["letters.txt"]


def test_init_refuses_a_file_in_place_of_the_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("mine")
    assert run(["init", "file", "--name", "X"]) == 1
    assert run(["init", "file/below", "--name", "X"]) == 1
    assert "expected a new or empty directory that can be written." in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "mine"


def test_demo_leaves_a_real_publication_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "freiblatt.toml").write_text('name = "X"\n')
    (tmp_path / "secret.key").write_text("x" * 60)
    assert run(["demo", "--publication", str(tmp_path), "--port", "8139"]) == 1
    assert "this is a publication, but no demo. Nothing was changed." in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["freiblatt.toml", "secret.key"]


def test_demo_refuses_a_port_that_is_none(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PORT", "eight")
    assert run(["demo"]) == 2
    assert "PORT: seen 'eight', expected 1 to 65535." in capsys.readouterr().err
