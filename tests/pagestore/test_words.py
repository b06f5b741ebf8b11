"""The generation words, seen from several openings of the same file."""

from pathlib import Path

from freiblatt.pagestore import words
from freiblatt.pagestore.words import Words, words_of


def test_marking_is_seen_by_every_process_that_opened_the_words(tmp_path: Path) -> None:
    here, there = Words(tmp_path), Words(tmp_path)
    rendered_at = there.sequence()
    shown = words_of(["article:1", "site"])
    assert there.newest(shown) <= rendered_at
    here.mark(["article:1"])
    assert there.newest(shown) > rendered_at
    assert there.newest(words_of(["article:2"])) <= rendered_at


def test_page_rendered_after_the_marking_counts(tmp_path: Path) -> None:
    generation = Words(tmp_path)
    generation.mark(["section:3"])
    assert generation.newest(words_of(["section:3"])) <= generation.sequence()


def test_every_page_shows_everything(tmp_path: Path) -> None:
    generation = Words(tmp_path)
    before = generation.sequence()
    generation.mark([words.EVERYTHING])
    assert generation.newest(words_of(["article:9"])) > before


def test_opening_again_changes_nothing_within_one_boot(tmp_path: Path) -> None:
    first = Words(tmp_path)
    first.mark(["article:1"])
    again = Words(tmp_path)
    assert again.epoch == first.epoch
    assert again.sequence() == first.sequence() == 1


def test_after_a_reboot_the_epoch_is_another(tmp_path: Path, monkeypatch) -> None:
    first = Words(tmp_path)
    first.mark(["article:1"])
    monkeypatch.setattr(words, "boot_id", lambda: b"b" * 36)
    again = Words(tmp_path)
    assert again.epoch != first.epoch


def test_damaged_file_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / words.FILE_NAME).write_bytes(b"not ours")
    generation = Words(tmp_path)
    assert generation.mark(["article:1"]) == 1
