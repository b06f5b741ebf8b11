"""The log names no reader and opens no door, whatever is written to it."""

import json
import logging
import sys

import pytest

from freiblatt.lib.logs import formatter, masked, request_id

READER_TOKEN = "17-1.1vZ2bQ.x8yT3kQ0m1n2o3p4q5r6s7t8u9v0w1x2y3z4A5B6C7D"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("No mailbox for <reader@example.org>.", "No mailbox for <…@…>."),
        ("from 203.0.113.7, again", "from …, again"),
        ("peer [2001:db8::7]:443", "peer […]:443"),
        ("listening on 127.0.0.1:8000 and ::1", "listening on 127.0.0.1:8000 and ::1"),
        ("at 10:45:46 o'clock", "at 10:45:46 o'clock"),
        ("Not Found: /-/draft/Abc_def-ghi012345678901234567890/", "Not Found: /-/draft/…/"),
        (f"Internal Server Error: /leser/seite/{READER_TOKEN}/", "Internal Server Error: /leser/seite/…/"),
        (f"/en/readers/confirm/{READER_TOKEN}/data/", "/en/readers/confirm/…/data/"),
        ("/admin/invitation/Zx9aQ_ab-cdEFGhijklmnopqrst/", "/admin/invitation/…/"),
        ("/suche/?q=geheime+quelle&page=2", "/suche/?q=…&page=…"),
        ("/europa/ein-hafen-wird-verkauft-und-niemand-hat-gefragt/", None),
        ("/static/theme/css/typeface.0123456789ab.css", None),
        ("/var/lib/freiblatt/src/freiblatt/articles/actions/publishing.py", None),
        ("freiblatt 5.2.19", None),
    ],
)
def test_what_names_or_lets_in_a_reader_is_left_out(text: str, shown: str | None) -> None:
    assert masked(text) == (text if shown is None else shown)


def record(message: str, *, error: Exception | None = None) -> logging.LogRecord:
    exc_info = None
    if error is not None:
        try:
            raise error
        except Exception:
            exc_info = sys.exc_info()
    return logging.LogRecord("freiblatt.jobs", logging.WARNING, "x.py", 1, message, (), exc_info)


def test_json_is_one_object_on_one_line_with_the_request() -> None:
    token = request_id.set("a1b2")
    try:
        line = formatter("json").format(record("two\nlines “ä”", error=ValueError("for reader@example.org")))
    finally:
        request_id.reset(token)
    assert "\n" not in line
    said = json.loads(line)
    assert {name: said[name] for name in ("level", "logger", "message", "request")} == {
        "level": "warning", "logger": "freiblatt.jobs", "message": "two\nlines “ä”", "request": "a1b2",
    }  # fmt: skip
    assert said["time"].endswith("+00:00")
    assert "Traceback" in said["error"]
    assert "example.org" not in line
    assert "request" not in json.loads(formatter("json").format(record("x")))


def test_line_is_for_people_and_masked_too() -> None:
    token = request_id.set("a1b2")
    try:
        line = formatter("line").format(record("for reader@example.org", error=ValueError("at 203.0.113.7")))
    finally:
        request_id.reset(token)
    first, *traceback = line.splitlines()
    assert first.endswith("WARNING freiblatt.jobs: for …@… [request a1b2]")
    assert traceback[-1] == "ValueError: at …"
