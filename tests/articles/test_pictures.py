"""An editor uploads a picture; readers get files made of its pixels alone."""

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.template import Context, Template
from django.test import Client
from django.utils import translation
from django_tasks_db.models import DBTaskResult
from PIL import Image, ImageCms

from freiblatt.articles.actions import make_picture_files, pictures
from freiblatt.articles.models import FrontPage, Picture, PictureFile, picture_url
from freiblatt.articles.uploads import FileRefused
from freiblatt.pagestore.models import StaleMark
from tests.factories import make_article, make_section
from tests.pictures import (
    files_on_disk,
    linear_profile,
    make_picture,
    photographed_bytes,
    picture_bytes,
    png_header,
)

pytestmark = pytest.mark.django_db


def make_files(picture: Picture) -> int:
    return make_picture_files.func(picture.pk, picture.file.name)


def render(picture: Picture | None, arguments: str = "") -> str:
    picture = Picture.objects.with_files().get(pk=picture.pk) if picture else None
    return Template("{% load articles %}{% picture picture " + arguments + " %}").render(Context({"picture": picture}))


def test_first_jpeg_is_there_at_upload_and_the_others_come_with_the_job() -> None:
    picture = make_picture(content=picture_bytes(width=2000, height=1000))
    assert [(file.format, file.width_px, file.height_px) for file in picture.files.all()] == [("jpeg", 800, 400)]
    assert make_files(picture) == 11
    assert {(file.format, file.width_px) for file in picture.files.all()} == {
        (kind, width) for kind in ("avif", "webp", "jpeg") for width in (480, 800, 1200, 1920)
    }
    for file in picture.files.all():
        with Image.open(file.file) as image:
            assert image.size == (file.width_px, file.height_px) == (file.width_px, file.width_px // 2)
            assert file.size_bytes == file.file.size


def test_nothing_is_upscaled() -> None:
    picture = make_picture(content=picture_bytes(width=300, height=200))
    make_files(picture)
    assert {file.width_px for file in picture.files.all()} == {300}


def test_place_and_device_are_in_the_original_alone() -> None:
    picture = make_picture(content=photographed_bytes())
    make_files(picture)
    with picture.file.open() as original:
        assert b"Geheimkamera" in original.read()
    for file in picture.files.all():
        content = file.file.read()
        assert b"Geheimkamera" not in content
        assert not Image.open(io.BytesIO(content)).getexif()
    thumbnail = picture.get_rendition("max-165x165")
    assert b"Geheimkamera" not in thumbnail.file.read()


def test_picture_taken_upright_stands_upright() -> None:
    picture = make_picture(content=photographed_bytes(width=1000, height=600, orientation=6))
    assert (picture.width, picture.height) == (600, 1000)
    assert [(file.width_px, file.height_px) for file in picture.files.all()] == [(600, 1000)]


@pytest.mark.parametrize(
    ("kind", "mode", "colour", "name", "expected"),
    [
        ("PNG", "RGBA", (0, 0, 0, 0), "a.png", (255, 255, 255)),
        ("PNG", "I;16", 65_535, "a.png", (255, 255, 255)),
        ("PNG", "I;16", 32_896, "a.png", (128, 128, 128)),
        ("PNG", "P", 0, "a.png", (0, 0, 0)),
        ("PNG", "1", 1, "a.png", (255, 255, 255)),
        ("JPEG", "CMYK", (0, 0, 0, 255), "a.jpg", (0, 0, 0)),
        ("JPEG", "L", 100, "a.jpg", (100, 100, 100)),
        ("GIF", "P", 0, "a.gif", (0, 0, 0)),
        ("WEBP", "RGBA", (0, 0, 0, 0), "a.webp", (255, 255, 255)),
        ("AVIF", "RGB", (0, 0, 0), "a.avif", (0, 0, 0)),
        ("HEIF", "RGB", (0, 0, 0), "a.heic", (0, 0, 0)),
    ],
)
def test_every_kind_of_pixel_becomes_plain_colour(
    kind: str, mode: str, colour: object, name: str, expected: tuple
) -> None:
    if kind == "HEIF":
        from freiblatt.articles.imaging.formats import register_heif

        register_heif()
    picture = make_picture(content=picture_bytes(width=64, height=48, kind=kind, mode=mode, colour=colour), name=name)
    make_files(picture)
    assert picture.files.count() == 3
    for file in picture.files.all():
        with Image.open(file.file) as image:
            assert image.mode == "RGB"
            assert all(abs(seen - meant) <= 3 for seen, meant in zip(image.getpixel((20, 20)), expected, strict=True))


def test_profile_that_does_not_fit_the_pixels_is_left_out() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    picture = make_picture(content=picture_bytes(icc_profile=profile, colour=(10, 20, 200)))
    with Image.open(picture.files.get().file) as image:
        assert "icc_profile" not in image.info
        assert all(abs(seen - meant) <= 3 for seen, meant in zip(image.getpixel((5, 5)), (10, 20, 200), strict=True))


def test_colour_profile_is_honoured() -> None:
    """A gamma-one profile says that the value 55 is as bright as 128 in sRGB."""
    picture = make_picture(content=picture_bytes(icc_profile=linear_profile(), colour=(55, 55, 55), quality=100))
    with Image.open(picture.files.get().file) as image:
        assert all(abs(seen - 128) <= 6 for seen in image.getpixel((5, 5)))


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.jpg", "The file is empty."),
        (b"kein Bild", "a.jpg", "not a picture"),
        (picture_bytes(kind="PNG"), "a.jpg", "the content is PNG"),
        (picture_bytes()[:-2000], "a.jpg", "incomplete"),
        (picture_bytes(kind="PNG")[:-900], "a.png", "incomplete"),
        (png_header(width=60_000, height=60_000), "a.png", "megapixels"),
        (png_header(width=10_000, height=5_001), "a.png", "megapixels"),
        (png_header(width=100_000, height=1), "a.png", "100000"),
        (picture_bytes(kind="BMP"), "a.bmp", "“bmp”"),
        (picture_bytes(), "a.jpg.html", "“html”"),
        (picture_bytes(), "a.jpg.", "“–”"),
        (picture_bytes(), "a.jpg/", "not taken"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "a.png", "not a picture"),
        (b"%PDF-1.7\n%%EOF", "a.svg.jpg", "not a picture"),
        (picture_bytes(), "a", "“–”"),
    ],
)
def test_what_is_no_usable_picture_is_refused_and_leaves_nothing(content: bytes, name: str, sentence: str) -> None:
    before = files_on_disk()
    with translation.override("en"), pytest.raises(FileRefused, match=sentence):
        make_picture(content=content, name=name)
    assert files_on_disk() == before
    assert not Picture.objects.exists()


def test_what_hangs_on_to_a_picture_reaches_no_reader() -> None:
    picture = make_picture(content=picture_bytes() + b"<script>alert('hang on')</script>", name="a.html.jpg")
    make_files(picture)
    made = [file.file.read() for file in picture.files.all()]
    assert len(made) > 1
    assert [content for content in made if b"hang on" in content] == []
    assert not [file.file.name for file in picture.files.all() if "html" in file.file.name]


def test_job_run_twice_makes_nothing_the_second_time() -> None:
    picture = make_picture()
    assert make_files(picture) == 8
    before = files_on_disk()
    assert make_files(picture) == 0
    assert files_on_disk() == before


def test_template_shows_the_files_that_exist() -> None:
    picture = make_picture(content=picture_bytes(width=1000, height=500), description="Ein Kran")
    only = picture.files.get().file.url
    assert render(picture) == (
        f'<picture><img src="{only}" width="1000" height="500" alt="Ein Kran" class="fx-50 fy-50"'
        ' loading="lazy" decoding="async"></picture>'
    )
    make_files(picture)
    html = render(picture, 'sizes="100vw" alt="Zwei & drei" class="wide" is_priority=True')
    assert html.index("image/avif") < html.index("image/webp") < html.index("<img")
    assert html.count("<source") == 2
    assert html.count("1000w") == 3
    assert 'sizes="100vw"' in html
    assert 'alt="Zwei &amp; drei" class="wide fx-50 fy-50" fetchpriority="high"' in html
    assert "lazy" not in html
    assert render(None) == ""


def test_focal_point_is_a_class_in_steps_of_ten() -> None:
    picture = make_picture(
        content=picture_bytes(width=1000, height=500),
        focal_point_x=930,
        focal_point_y=120,
        focal_point_width=10,
        focal_point_height=10,
    )
    assert 'class="fx-90 fy-20"' in render(picture)


def test_list_of_pictures_costs_two_queries(django_assert_num_queries) -> None:
    for _ in range(3):
        make_picture()
    with django_assert_num_queries(2):
        for picture in Picture.objects.with_files():
            Template("{% load articles %}{% picture picture %}").render(Context({"picture": picture}))


def test_feeds_get_an_absolute_jpeg() -> None:
    picture = make_picture(content=picture_bytes(width=2000, height=1000))
    make_files(picture)
    picture = Picture.objects.get()
    assert picture_url(picture) == "http://testserver" + picture.files.get(format="jpeg", width_px=1200).file.url
    assert picture_url(picture, 5000) == "http://testserver" + picture.files.get(format="jpeg", width_px=1920).file.url
    assert picture_url(None) == ""


def test_job_after_deletion_and_after_replacement_leaves_nothing_behind(
    django_capture_on_commit_callbacks,
) -> None:
    before = files_on_disk()
    with django_capture_on_commit_callbacks(execute=True):
        picture = make_picture()
    name = picture.file.name
    with django_capture_on_commit_callbacks(execute=True):
        picture.file = ContentFile(picture_bytes(colour="red"), name="anders.jpg")
        picture.save()
    assert picture.file.name != name
    assert make_picture_files.func(picture.pk, name) == 0
    assert picture.files.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        pk, name = picture.pk, picture.file.name
        picture.delete()
    assert make_picture_files.func(pk, name) == 0
    assert not {path for path in files_on_disk() - before if path.parts[-3:-1] == ("media", "pictures")}


def test_replacing_the_original_gives_new_names_and_removes_the_old_after_commit(
    django_capture_on_commit_callbacks,
) -> None:
    picture = make_picture()
    make_files(picture)
    old = [Path(file.file.path) for file in picture.files.all()]
    with django_capture_on_commit_callbacks(execute=True):
        picture.file = ContentFile(picture_bytes(colour="red"), name="anders.jpg")
        picture.save()
        assert all(path.exists() for path in old)
    assert not any(path.exists() for path in old)
    (file,) = picture.files.all()
    assert file.file.name not in {str(path) for path in old}
    with Image.open(file.file) as image:
        assert image.getpixel((5, 5))[0] > 200
    make_files(picture)
    assert set(picture.files.values_list("format", flat=True)) == {"avif", "webp", "jpeg"}


def test_picture_replaced_while_its_files_are_made_keeps_the_new_ones_only(
    django_capture_on_commit_callbacks, monkeypatch
) -> None:
    """The desk replaces the original between the job's first look and its last."""
    picture = make_picture()
    name = picture.file.name
    encode = pictures.encode

    def replace_meanwhile(*args, **kwargs):
        monkeypatch.setattr(pictures, "encode", encode)
        other = Picture.objects.get(pk=picture.pk)
        other.file = ContentFile(picture_bytes(colour="red"), name="anders.jpg")
        other.save()
        return encode(*args, **kwargs)

    monkeypatch.setattr(pictures, "encode", replace_meanwhile)
    with django_capture_on_commit_callbacks(execute=True):
        assert make_picture_files.func(picture.pk, name) == 0
    picture = Picture.objects.get()
    assert picture.file.name != name
    on_disk = {path.name for path in files_on_disk() if path.parent == Path(settings.MEDIA_ROOT) / "pictures"}
    assert {Path(file.file.name).name for file in picture.files.all()} <= on_disk
    with Image.open(picture.files.get().file) as image:
        assert image.getpixel((5, 5))[0] > 200


def test_two_workers_at_once_make_one_set_of_files(monkeypatch) -> None:
    picture = make_picture()
    before = files_on_disk()
    encode = pictures.encode

    def another_is_faster(*args, **kwargs):
        monkeypatch.setattr(pictures, "encode", encode)
        assert make_files(picture) == 8
        return encode(*args, **kwargs)

    monkeypatch.setattr(pictures, "encode", another_is_faster)
    assert make_files(picture) == 0
    assert picture.files.count() == 9
    assert len(files_on_disk() - before) == 8


def test_deletion_by_the_admin_orders_the_original_removed(django_capture_on_commit_callbacks) -> None:
    picture = make_picture()
    original = Path(picture.file.path)
    with django_capture_on_commit_callbacks(execute=True):
        Picture.objects.all().delete()
    order = DBTaskResult.objects.get(task_path="wagtail.tasks.delete_file_from_storage_task")
    order.task.func(*order.args_kwargs["args"])
    assert not original.exists()


def test_pages_that_show_the_picture_go_stale_when_its_files_are_there(front: FrontPage) -> None:
    picture = make_picture()
    section = make_section()
    article = make_article(section=section, lead_picture=picture, lead_is_decorative=True)
    make_article(section=section, title="Entwurf", lead_picture=picture, is_published=False)
    assert f"article:{article.pk}" in pictures.keys_showing(picture)
    assert f"section:{section.pk}" in pictures.keys_showing(picture)
    assert len([key for key in pictures.keys_showing(picture) if key.startswith("article:")]) == 1
    StaleMark.objects.all().delete()
    make_files(picture)
    assert f"article:{article.pk}" in StaleMark.objects.get().keys.split("\n")


def test_pages_go_stale_with_the_pictures_facts_and_with_its_end(front: FrontPage) -> None:
    picture = make_picture()
    article = make_article(section=make_section(), lead_picture=picture, lead_is_decorative=True)
    for change in (lambda: Picture.objects.get().save(), lambda: Picture.objects.all().delete()):
        StaleMark.objects.all().delete()
        change()
        keys = {key for mark in StaleMark.objects.all() for key in mark.keys.split("\n")}
        assert f"article:{article.pk}" in keys


def test_reader_makes_no_files(front: FrontPage, client: Client) -> None:
    picture = make_picture()
    article = make_article(section=make_section(), lead_picture=picture, lead_is_decorative=True)
    before = files_on_disk()
    assert client.get(article.url).status_code == 200
    assert files_on_disk() == before
    assert PictureFile.objects.count() == 1
