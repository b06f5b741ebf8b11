"""The desk chooses a look; it reaches readers as a style sheet, and only if they can read it."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from freiblatt.articles.models import FrontPage
from freiblatt.lib.colour import contrast
from freiblatt.newsroom.models import PAPER_DARK, PAPER_LIGHT, BodyFont, PublicationSettings
from freiblatt.theme import look

TOKENS = Path(look.__file__).parent / "static/theme/css/tokens.css"


def choose(**fields: str) -> PublicationSettings:
    """Store a look as the desk does, after its checks."""
    chosen = PublicationSettings.load()
    for name, value in fields.items():
        setattr(chosen, name, value)
    chosen.full_clean()
    chosen.save()
    return chosen


def colours(name: str) -> tuple[str, str]:
    """Return what `tokens.css` says of one colour, on light and on dark ground."""
    found = re.search(rf"--{name}: light-dark\((#[0-9a-f]{{6}}), (#[0-9a-f]{{6}})\)", TOKENS.read_text())
    assert found, name
    return found[1], found[2]


def test_look_as_it_comes_needs_no_sheet_of_its_own(front: FrontPage, client: Client) -> None:
    assert look.look_url(PublicationSettings.load()) == ""
    assert "/-/look/" not in client.get("/").content.decode()


def test_chosen_accent_reaches_readers_as_a_sheet_to_keep(front: FrontPage, client: Client) -> None:
    choose(accent_light="#0B5394", accent_dark="#9fc5e8")
    address = re.search(r'href="(/-/look/[0-9a-f]{12}\.css)"', client.get("/").content.decode())
    assert address
    sheet = client.get(address[1])
    assert sheet.content.decode() == "@layer tokens { :root { --accent: light-dark(#0b5394, #9fc5e8) } }\n"
    assert sheet.headers["Content-Type"] == "text/css; charset=utf-8"
    assert sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_address_of_an_older_look_gives_todays_and_is_not_kept(front: FrontPage, client: Client) -> None:
    older = look.look_url(choose(accent_light="#0b5394"))
    choose(accent_light="#38761d")
    sheet = client.get(older)
    assert "#38761d" in sheet.content.decode()
    assert sheet.headers["Cache-Control"] == "no-store"


def test_typeface_of_the_device_loads_no_file(front: FrontPage, client: Client) -> None:
    assert "freiblatt-serif-latin" in client.get("/").content.decode()
    chosen = choose(font=BodyFont.SYSTEM_SANS)
    assert "freiblatt-serif-latin" not in client.get("/").content.decode()
    assert "--serif: -apple-system" in client.get(look.look_url(chosen)).content.decode()


def test_every_typeface_that_can_be_chosen_is_known_here() -> None:
    assert {BodyFont.SOURCE_SERIF, *look.STACKS} == set(BodyFont)


@pytest.mark.parametrize(
    ("field", "accent", "sentence"),
    [
        (
            "accent_light",
            "#f1c232",
            "#f1c232 is too pale to be read on the page: its contrast is 1.6 to 1, 4.5 is needed.",
        ),
        (
            "accent_dark",
            "#7a1f16",
            "#7a1f16 is too dark to be read on the dark page: its contrast is 1.7 to 1, 4.5 is needed.",
        ),
    ],
)
@pytest.mark.usefixtures("in_english")
@pytest.mark.django_db
def test_accent_that_cannot_be_read_is_refused_with_a_sentence(field: str, accent: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        choose(**{field: accent})
    assert refused.value.message_dict == {field: [sentence]}


@pytest.mark.parametrize("accent", ["red", "#fff", "#a8281c;} body{display:none", "", "#a8281g"])
@pytest.mark.django_db
def test_accent_is_a_colour_and_nothing_else(accent: str) -> None:
    with pytest.raises(ValidationError):
        choose(accent_light=accent)


@pytest.mark.django_db
def test_logo_is_a_picture_of_the_web() -> None:
    with pytest.raises(ValidationError) as refused:
        choose(logo="look/logo.html")
    assert list(refused.value.message_dict) == ["logo"]


def test_checks_use_the_colours_that_pages_are_painted_with() -> None:
    assert colours("paper") == (PAPER_LIGHT, PAPER_DARK)
    assert colours("accent") == look.DEFAULT_ACCENTS


@pytest.mark.parametrize("words", ["ink", "soft", "accent"])
@pytest.mark.parametrize("ground", ["paper", "tint"])
def test_words_can_be_read_on_every_ground(words: str, ground: str) -> None:
    for scheme in (0, 1):
        assert contrast(colours(words)[scheme], colours(ground)[scheme]) >= 4.5


def test_contrast_is_measured_as_wcag_does() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
    assert contrast("#123456", "#123456") == 1
