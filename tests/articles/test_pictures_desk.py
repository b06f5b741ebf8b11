"""An editor uploads pictures in the admin and looks at what we know of them."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.models import UploadedFile

from freiblatt.articles.models import FrontPage, Picture
from tests.cast import make_owner
from tests.pictures import files_on_disk, make_picture, photographed_bytes, png_header, upload


@pytest.fixture
def desk(front: FrontPage, plain_static: None, client: Client) -> Client:
    """A browser in which the owner is signed in."""
    client.force_login(make_owner())
    return client


def send(desk: Client, content: bytes, name: str) -> dict:
    """Upload as the admin's page for several pictures does."""
    answer = desk.post(
        "/admin/images/multiple/add/",
        {"title": name, "files[]": upload(content, name)},
        headers={"x-requested-with": "XMLHttpRequest"},
    )
    return answer.json()


def test_editor_uploads_several_and_gives_credit_in_the_second_step(desk: Client) -> None:
    first = send(desk, photographed_bytes(), "IMG_4711.jpg")
    assert first["success"]
    assert not Picture.objects.exists()
    waiting = UploadedFile.objects.get()
    assert not [path for path in files_on_disk() if "IMG_4711" in path.name and "media" in path.parts[:-1]]
    assert waiting.file.storage.exists(waiting.file.name)
    prefix = f"uploaded-image-{waiting.pk}"
    address = f"/admin/images/multiple/create_from_uploaded_image/{waiting.pk}/"
    lacking = desk.post(address, {f"{prefix}-title": "Hafen"}).json()
    assert not lacking["success"]
    given = {"title": "Hafen", "credit": "Rosa Winter", "licence": "CC BY 4.0", "description": "Ein Kran"}
    done = desk.post(address, {f"{prefix}-{key}": value for key, value in given.items()}).json()
    assert done["success"]
    picture = Picture.objects.get()
    assert (picture.credit, picture.uploaded_by_user.email) == ("Rosa Winter", "owner@example.org")
    assert picture.files.count() == 1
    assert not UploadedFile.objects.exists()
    assert not waiting.file.storage.exists(waiting.file.name)


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (png_header(width=60_000, height=60_000), "bombe.png", "Megapixel"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "a.svg", "script"),
        (b"GIF89a", "a.jpg", "a"),
    ],
)
def test_editor_is_told_why_a_file_is_refused(desk: Client, content: bytes, name: str, sentence: str) -> None:
    before = files_on_disk()
    answer = send(desk, content, name)
    assert not answer["success"]
    assert sentence.lower() in answer["error_message"].lower()
    assert files_on_disk() == before
    assert not UploadedFile.objects.exists()


def test_original_is_for_staff_alone(desk: Client, client: Client) -> None:
    picture = make_picture(content=photographed_bytes())
    page = desk.get(f"/admin/images/{picture.pk}/").content.decode()
    address = reverse("articles_original", args=[picture.pk])
    assert address in page
    assert Path(picture.file.name).stem not in page.replace(picture.filename, "", 1)
    answer = desk.get(address)
    assert b"Geheimkamera" in b"".join(answer.streaming_content)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert Client().get(address).status_code == 302
    assert Client().get(picture.get_rendition("max-165x165").url).status_code == 302
    with pytest.raises(NotImplementedError):
        _ = picture.file.url


def test_desk_sees_place_and_missing_statement(desk: Client) -> None:
    with translation.override("en"):
        page = desk.get(f"/admin/images/{make_picture(content=photographed_bytes()).pk}/").content.decode()
        plain = desk.get(f"/admin/images/{make_picture().pk}/").content.decode()
    assert "Geheimkamera 7" in page
    assert page.count("<strong>") == plain.count("<strong>") + 1


def test_editor_replaces_the_original(desk: Client, django_capture_on_commit_callbacks) -> None:
    picture = make_picture()
    old, public = Path(picture.file.path), Path(picture.files.get().file.path)
    facts = {"title": "Hafen", "credit": "Karl Mohr", "licence": "b", "collection": picture.collection_id}
    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(f"/admin/images/{picture.pk}/", {**facts, "file": upload(photographed_bytes(), "neu.jpg")})
        assert answer.status_code == 302
        assert old.exists()
        assert public.exists()
    picture = Picture.objects.get()
    assert picture.credit == "Karl Mohr"
    assert Path(picture.file.path).exists()
    assert picture.files.count() == 1
    assert not old.exists()
    assert not public.exists()


def test_refused_replacement_leaves_everything_as_it_was(desk: Client) -> None:
    picture = make_picture()
    before = files_on_disk()
    facts = {"title": "Neu", "credit": "Karl Mohr", "licence": "b", "collection": picture.collection_id}
    bomb = upload(png_header(width=60_000, height=60_000), "neu.png")
    answer = desk.post(f"/admin/images/{picture.pk}/", {**facts, "file": bomb})
    assert answer.status_code == 200
    assert "file" in answer.context["form"].errors
    assert files_on_disk() - {path for path in files_on_disk() if "renditions" in path.parts} <= before
    assert Picture.objects.get().title == "Hafen"
