"""Which nightly backups stay."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freiblatt import config
from freiblatt.config import kept_backups
from freiblatt.upkeep import keeping
from freiblatt.upkeep.keeping import kept

BERLIN = ZoneInfo("Europe/Berlin")
USUAL = kept_backups("daily 7, weekly 4, monthly 6")

moments = st.lists(
    st.integers(0, 4 * 365 * 86_400).map(lambda second: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=second)),
    max_size=60,
)
rules = st.fixed_dictionaries({kind: st.integers(0, 12) for kind in ("daily", "weekly", "monthly")})


@given(moments, rules)
def test_the_newest_stays_and_nothing_is_made_up(made: list[datetime], rule: dict[str, int]) -> None:
    staying = kept(made, rule, BERLIN)
    assert staying <= set(made)
    assert (max(made) in staying) if made else not staying
    assert len(staying) <= max(1, sum(rule.values()))


@given(moments, rules)
def test_what_stays_stays_when_it_is_asked_again(made: list[datetime], rule: dict[str, int]) -> None:
    staying = kept(made, rule, BERLIN)
    assert kept(staying, rule, BERLIN) == staying


@given(moments, rules, st.integers(0, 400))
def test_what_is_superfluous_never_becomes_wanted_again(made: list[datetime], rule: dict[str, int], days: int) -> None:
    newer = max(made, default=datetime(2024, 1, 1, tzinfo=UTC)) + timedelta(days=days, seconds=1)
    assert kept([*made, newer], rule, BERLIN) - {newer} <= kept(made, rule, BERLIN)


@given(moments, rules)
def test_each_of_the_last_days_weeks_and_months_has_its_newest(made: list[datetime], rule: dict[str, int]) -> None:
    staying = kept(made, rule, BERLIN)
    for kind, count in rule.items():
        newest_of: dict[tuple[int, ...], datetime] = {}
        for moment in sorted(made):
            newest_of[keeping.PERIODS[kind](moment.astimezone(BERLIN))] = moment
        assert set(sorted(newest_of.values(), reverse=True)[:count]) <= staying


def test_two_years_of_nights() -> None:
    on_disk: set[datetime] = set()
    night = datetime(2025, 1, 1, 3, 30, tzinfo=BERLIN)
    for number in range(730):
        on_disk.add((night + timedelta(days=number)).astimezone(UTC))
        on_disk = kept(on_disk, USUAL, BERLIN)
    days = sorted((moment.astimezone(BERLIN).date().isoformat() for moment in on_disk), reverse=True)
    assert days == [
        *("2026-12-31", "2026-12-30", "2026-12-29", "2026-12-28", "2026-12-27", "2026-12-26", "2026-12-25"),
        *("2026-12-20", "2026-12-13", "2026-11-30", "2026-10-31", "2026-09-30", "2026-08-31", "2026-07-31"),
    ]


def test_a_long_pause_removes_nothing() -> None:
    made = [datetime(2025, 1, day, 2, 30, tzinfo=UTC) for day in range(1, 8)]
    late = datetime(2027, 6, 1, tzinfo=UTC)
    assert kept([*made, late], kept_backups("daily 7"), BERLIN) == {*made[1:], late}


def test_a_day_is_one_of_the_newsroom() -> None:
    before, after = datetime(2026, 7, 1, 21, 59, tzinfo=UTC), datetime(2026, 7, 1, 22, 1, tzinfo=UTC)
    assert kept([before, after], kept_backups("daily 2"), BERLIN) == {before, after}
    assert kept([before, after], kept_backups("daily 2"), ZoneInfo("UTC")) == {after}


def publication(directory: Path, **values: str) -> config.Config:
    return config.check(directory, {"url": "https://blatt.example", "backup_directory": "nights", **values}, places={})


def test_only_own_backups_are_counted_and_removed(tmp_path: Path) -> None:
    own = publication(tmp_path, backup_keep="daily 2")
    nights = tmp_path / "nights"
    nights.mkdir()
    names = [
        *("blatt.example-20260101T023000Z.tar", "blatt.example-20260102T023000Z.tar.age"),
        *("blatt.example-20260103T023000Z.tar", "blatt.example-20260104T023000Z.tar"),
        *("other.example-20260101T023000Z.tar", "blatt.example-20269901T023000Z.tar", "before-the-move.tar", "notes"),
    ]
    for name in names:
        (nights / name).touch()
    (nights / "blatt.example-20260105T023000Z.tar").mkdir()
    (nights / "blatt.example-20260106T023000Z.tar").symlink_to("notes")

    assert [one.path.name for one in keeping.superfluous(own)] == [names[1], names[0]]
    assert len(keeping.stored(own)) == 4


def test_names_tell_publications_and_encryption_apart(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 2, 4, 30, tzinfo=BERLIN)
    assert keeping.file_name(publication(tmp_path), moment) == "blatt.example-20260102T033000Z.tar"
    local = publication(tmp_path, url="http://127.0.0.1:8001", backup_age_recipient=f"age1{'q' * 58}")
    assert keeping.file_name(local, moment) == "127.0.0.1_8001-20260102T033000Z.tar.age"


@pytest.mark.parametrize(
    "rule", ["", "daily", "daily -1", "daily 0", "hourly 3", "daily 3, daily 4", "daily 3;", "daily 1001", "daily ³"]
)
def test_a_rule_that_makes_no_sense_is_refused(rule: str, tmp_path: Path) -> None:
    with pytest.raises(config.ConfigurationError, match="backup_keep"):
        publication(tmp_path, backup_keep=rule)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("backup_directory", place) for place in ("media", "originals/x", ".", "theme/../theme", "./var/b")],
        *[("backup_at", moment) for moment in ("3:30", "24:00", "03:60", "", "night")],
        *[("backup_age_recipient", key) for key in ("AGE-SECRET-KEY-1QQQ", "age1short", "rosa@example.org")],
    ],
)
def test_values_that_cannot_be_are_refused(key: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(config.ConfigurationError, match=key) as refused:
        publication(tmp_path, **{key: value})
    assert "1QQQ" not in str(refused.value)


def test_counts_are_as_the_rule_says() -> None:
    assert Counter(kept_backups("monthly 12,weekly 3")) == Counter({"monthly": 12, "weekly": 3})
