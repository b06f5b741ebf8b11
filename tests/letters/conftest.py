"""Templates of letters that only tests write."""

from pathlib import Path

import pytest

FILES = {
    "greeting.subject.txt": "{% load i18n %}Gruß an {{ name }}",
    "greeting.txt": '{{ name }}, hier ist der Link: {{ link }}\n\n\n\n\n{% include "letters/footer.txt" %}',
    "greeting.html": (
        '{% extends "letters/base.html" %}{% block content %}<h1>{{ subject }}</h1>'
        '<p class="button"><a href="{{ link }}">Los</a></p>{% endblock %}'
    ),
}


@pytest.fixture(autouse=True)
def _templates(tmp_path: Path, settings) -> None:
    folder = tmp_path / "templates" / "story"
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], tmp_path / "templates"]}]


def letter_to(address: str = "rosa@example.org", **other) -> dict:
    """Return what `post_letter` takes for a short letter."""
    return {
        "to": address,
        "template": "story/greeting",
        "context": {"name": "Rosa & Karl", "link": "https://example.org/?a=1&b=2"},
        "language": "de",
        "kind": "story_greeting",
        **other,
    }
