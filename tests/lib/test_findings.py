"""The registry of the doctor's checks."""

from collections.abc import Iterable

import pytest

from freiblatt.lib import findings
from freiblatt.lib.findings import Finding


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> dict:
    """An empty registry for one test."""
    checks: dict = {}
    monkeypatch.setattr(findings, "_checks", checks)
    return checks


def well() -> Iterable[Finding]:
    return [Finding("press", "ok", "The press runs.")]


def broken() -> Iterable[Finding]:
    yield Finding("paper", "warning", "Paper for two days.", "Order paper.")
    raise RuntimeError("the store room\nis locked")


def test_every_check_is_told_in_order_and_a_failing_one_hides_nothing(registry: dict, in_english: None) -> None:
    findings.register("paper", broken)
    findings.register("press", well)

    found = findings.gather()

    assert [(one.name, one.level) for one in found] == [("paper", "warning"), ("paper", "problem"), ("press", "ok")]
    assert found[1].says == "This could not be looked at: RuntimeError: the store room is locked"
    assert found[1].do


def test_checks_can_be_asked_by_name(registry: dict) -> None:
    findings.register("paper", broken)
    findings.register("press", well)

    assert [one.name for one in findings.gather(["press"])] == ["press"]
    with pytest.raises(KeyError):
        findings.gather(["ink"])


def test_what_asks_outside_can_be_left_out(registry: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "_outside", set())
    findings.register("weather", broken, asks_outside=True)
    findings.register("press", well)

    assert findings.names() == ["weather", "press"]
    assert findings.names(is_offline=True) == ["press"]


def test_a_name_belongs_to_one_check(registry: dict) -> None:
    findings.register("press", well)
    findings.register("press", well)
    with pytest.raises(ValueError, match="second time"):
        findings.register("press", broken)
    assert findings.names() == ["press"]


@pytest.mark.parametrize(("level", "do"), [("warning", ""), ("problem", ""), ("grave", "Run.")])
def test_a_finding_that_is_not_well_says_what_to_do(level: str, do: str) -> None:
    with pytest.raises(ValueError, match=r"expected"):
        Finding("press", level, "The press stands.", do)  # type: ignore[arg-type]
