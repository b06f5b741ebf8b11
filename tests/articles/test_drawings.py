"""A drawing (SVG) is a program until proven otherwise."""

import io

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from freiblatt.articles.actions import make_picture_files
from freiblatt.articles.models import FrontPage, Picture, PictureFormat
from freiblatt.articles.uploads import FileRefused
from freiblatt.articles.uploads.drawings import public_drawing
from freiblatt.articles.uploads.pictures import check_picture
from tests.cast import make_owner
from tests.pictures import make_picture, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(front: FrontPage, plain_static: None, client: Client) -> Client:
    client.force_login(make_owner())
    return client


def drawing(content: str = "", attributes: str = "", before: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{before}<svg xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 300 200" {attributes}>'
        f'<defs><linearGradient id="g"/></defs><rect width="300" height="200" fill="url(#g)"/>{content}</svg>'
    ).encode()


@pytest.mark.parametrize(
    "content",
    [
        drawing("<script>alert(1)</script>"),
        drawing("<SCRIPT xmlns='http://www.w3.org/2000/svg'/><script href='https://example.org/a.js'/>"),
        drawing("<x:script xmlns:x='http://www.w3.org/2000/svg'>1</x:script>"),
        drawing("<h:script xmlns:h='http://www.w3.org/1999/xhtml'>1</h:script>"),
        drawing(attributes='onload="alert(1)"'),
        drawing("<g ONCLICK='1'/>"),
        drawing("<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject>"),
        drawing("<image href='https://example.org/pixel.png'/>"),
        drawing("<image xlink:href='//example.org/pixel.png'/>"),
        drawing("<image href='data:image/svg+xml;base64,PHN2Zy8+'/>"),
        drawing("<use href='other.svg#a'/>"),
        drawing("<style>@import 'https://example.org/a.css';</style>"),
        drawing("<style>rect { fill: url( 'https://example.org/a' ) }</style>"),
        drawing("<rect style='background: URL(//example.org/a)'/>"),
        drawing("<style>rect { fill: \\75rl(https://example.org/a) }</style>"),
        drawing("<rect style='fill: u\\72l(https://example.org/a)'/>"),
        b"<svg xmlns='http://www.w3.org/2000/svg' width='wide' height='1'/>",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='1e30' height='1'/>",
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1'/>",
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 0 0'/>",
        drawing("<rect fill='url(https://example.org/a#b)'/>"),
        drawing("<a><set attributeName='href' to='javascript:alert(1)'/></a>"),
        drawing("<a><animate attributeName='xlink:href' values='x'/></a>"),
        drawing(before='<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>', content="<text>&b;</text>"),
        drawing(before='<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>', content="<text>&a;</text>"),
        drawing("<g>" * 5000 + "</g>" * 5000),
        drawing("<g/>" * 60_000),
        b"<html><body/></html>",
        b"<svg><rect/></svg>",
        b"<svg xmlns='http://www.w3.org/2000/svg'",
        b"\xff\xfe\0\0nonsense",
    ],
)
def test_what_does_more_than_draw_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused):
        check_picture(io.BytesIO(content), "a.svg")


def test_the_sentence_names_what_is_in_the_way() -> None:
    with translation.override("en"), pytest.raises(FileRefused, match="“onload”, which does more than draw"):
        check_picture(io.BytesIO(drawing(attributes='onload="1"')), "a.svg")


def test_public_drawing_draws_and_tells_nothing_else() -> None:
    source = drawing(
        "<!-- C:\\Users\\rosa --><metadata>Rosa</metadata><title>geheim</title>"
        "<sodipodi:namedview xmlns:sodipodi='http://sodipodi.sourceforge.net/x' sodipodi:docname='quelle.svg'/>"
        "<g sodipodi:insensitive='1' xmlns:sodipodi='http://sodipodi.sourceforge.net/x'>"
        "<a href='https://example.org/'><use xlink:href='#g'/><text>Hafen</text></a></g>",
        before='<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">',
    )
    public = public_drawing(io.BytesIO(source)).decode()
    for word in ("rosa", "Rosa", "geheim", "sodipodi", "quelle", "example.org", "DOCTYPE"):
        assert word not in public
    assert 'fill="url(#g)"' in public
    assert 'xlink:href="#g"' in public
    assert "Hafen" in public
    assert public.startswith("<?xml")
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in public.replace("\n", " ")


def test_drawing_is_one_picture_of_fixed_dimensions() -> None:
    picture = make_picture(content=drawing(), name="karte.svg", description="Karte")
    assert (picture.width, picture.height) == (300, 200)
    (file,) = picture.files.all()
    assert file.format == PictureFormat.SVG
    assert make_picture_files.func(picture.pk, picture.file.name) == 0
    html = Template("{% load articles %}{% picture picture %}").render(Context({"picture": Picture.objects.get()}))
    assert html == (
        f'<picture><img src="{file.file.url}" width="300" height="200" alt="Karte" class="fx-50 fy-50"'
        ' loading="lazy" decoding="async"></picture>'
    )


@pytest.mark.parametrize(
    ("attributes", "size"),
    [("viewBox='0 0 20000 10000'", (20_000, 10_000)), ("width='30.4' height='20'", (30, 20)), ("", (300, 150))],
)
def test_dimensions_are_whole_pixels(desk: Client, attributes: str, size: tuple[int, int]) -> None:
    content = f"<svg xmlns='http://www.w3.org/2000/svg' {attributes}><rect/></svg>".encode()
    picture = make_picture(content=content, name="karte.svg")
    assert (picture.width, picture.height) == size
    facts = {"title": "Karte", "credit": "a", "licence": "b", "collection": picture.collection_id}
    desk.post(f"/admin/images/{picture.pk}/", {**facts, "file": upload(content, "neu.svg")})
    picture.refresh_from_db()
    assert picture.title == "Karte"
    assert (picture.width, picture.height) == size
