"""Templates of letters that only tests write."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.letters.office import Office

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


@pytest.fixture
def office(settings) -> Iterator[Office]:
    """An open mail server without encryption, to which letters go."""
    one = Office()
    settings.MAIL_HAS_SERVER = True
    settings.MAIL_BACKEND = "freiblatt.letters.delivery.SmtpBackend"
    settings.MAIL_FROM, settings.MAIL_FROM_NAME = "redaktion@example.org", "Täglich „Blatt“"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", one.open()
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield one
    from freiblatt.letters import delivery

    delivery.close()
    one.close()
