"""Recordings: what is taken, what is blanked, how they are shown."""

import io
import struct

import pytest
from django.test import Client
from django.utils import translation

from freiblatt.articles.blocks.files import RecordingBlock
from freiblatt.articles.models import FrontPage, Recording
from freiblatt.articles.uploads import FileRefused
from freiblatt.articles.uploads.recordings import check_recording
from tests.cast import make_owner
from tests.pictures import files_on_disk, make_picture, upload

pytestmark = pytest.mark.django_db

MP3 = b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\0" * 100


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def film(*, place: bytes = b"+52.5200+013.4049+034.000/", extra: bytes = b"") -> bytes:
    """Return the skeleton of an MP4 of 640 by 360 pixels that says where it was made."""
    header = box(b"tkhd", bytes(76) + struct.pack(">II", 640 << 16, 360 << 16))
    note = box(b"\xa9xyz", struct.pack(">HH", len(place), 0x15C7) + place)
    index = box(b"moov", box(b"trak", header) + box(b"udta", note) + extra)
    return box(b"ftyp", b"isom\0\0\2\0isomiso2mp41") + index + box(b"mdat", b"\1" * 500)


@pytest.mark.parametrize(
    ("content", "name", "kind", "sentence"),
    [
        (b"", "a.mp3", "audio", "empty"),
        (b"<html>", "a.mp3", "audio", "something else"),
        (MP3, "a.mp4", "video", "something else"),
        (MP3, "a.mp3", "video", "“mp3” are not taken"),
        (film(), "a.mov", "video", "“mov” are not taken"),
        (film()[:60], "a.mp4", "video", "incomplete"),
        (film(extra=box(b"gpmd", b"1234")), "a.mp4", "video", "track of places"),
        (b"RIFF1234AVI ", "a.wav", "audio", "something else"),
        (b"\xff", "a.mp3", "audio", "something else"),
    ],
)
def test_what_is_no_recording_is_refused(content: bytes, name: str, kind: str, sentence: str) -> None:
    with translation.override("en"), pytest.raises(FileRefused, match=sentence):
        check_recording(io.BytesIO(content), name, kind=kind)


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (MP3, "a.mp3", "audio"),
        (b"OggS" + bytes(40), "a.opus", "audio"),
        (b"RIFF1234WAVEfmt ", "a.wav", "audio"),
        (film(), "a.m4a", "audio"),
        (film(), "a.mp4", "video"),
        (b"\x1a\x45\xdf\xa3" + b"\x42\x82\x84webm", "a.webm", "video"),
    ],
)
def test_recordings_that_browsers_play_are_taken(content: bytes, name: str, kind: str) -> None:
    check_recording(io.BytesIO(content), name, kind=kind)


@pytest.fixture
def desk(front: FrontPage, plain_static: None, client: Client) -> Client:
    client.force_login(make_owner())
    return client


def test_film_loses_its_place_and_gets_its_dimensions(desk: Client) -> None:
    facts = {"title": "Am Kai", "credit": "Rosa Winter", "duration": "1"}
    desk.post("/admin/media/video/add/", {**facts, "file": upload(film(), "IMG_0815.mp4")})
    recording = Recording.objects.get()
    assert (recording.width, recording.height) == (640, 360)
    assert "0815" not in recording.file.name
    content = recording.file.read()
    assert len(content) == len(film())
    assert b"+00.0000+000.0000+000.000/" in content
    assert b"52.52" not in content
    assert content.count(b"\1" * 500) == 1


def test_recording_needs_a_credit_and_a_refused_one_leaves_nothing(desk: Client) -> None:
    before = files_on_disk()
    answer = desk.post("/admin/media/audio/add/", {"title": "a", "duration": "1", "file": upload(MP3, "a.mp3")})
    assert "credit" in answer.context["form"].errors
    answer = desk.post("/admin/media/audio/add/", {"title": "a", "credit": "b", "file": upload(b"<html>", "a.mp3")})
    assert "mp3" in answer.context["form"].errors["file"][0]
    assert files_on_disk() == before
    assert not Recording.objects.exists()


def test_replaced_recording_goes_after_commit(desk: Client, django_capture_on_commit_callbacks) -> None:
    facts = {"title": "Am Kai", "credit": "Rosa Winter", "duration": "1"}
    desk.post("/admin/media/audio/add/", {**facts, "file": upload(MP3, "a.mp3")})
    recording = Recording.objects.get()
    storage, old = recording.file.storage, recording.file.name
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(f"/admin/media/edit/{recording.pk}/", {**facts, "file": upload(MP3 + b"\0", "b.mp3")})
    recording.refresh_from_db()
    assert recording.file.name != old
    assert storage.exists(recording.file.name)
    assert not storage.exists(old)


def render(recording: Recording | None) -> str:
    """Return the block of an article that plays `recording`."""
    block = RecordingBlock()
    return block.render(block.to_python({"recording": recording and recording.pk, "caption": ""})).strip()


def test_player_loads_nothing_before_it_is_started() -> None:
    poster = make_picture()
    recording = Recording.objects.create(
        title="Am <Kai>",
        type="video",
        credit="Rosa Winter",
        file=upload(film(), "a.mp4"),
        width=640,
        height=360,
        poster=poster,
        transcript="Erste Zeile\n\n<b>Zweite</b>",
    )
    html = render(recording)
    assert 'preload="none"' in html
    assert 'width="640" height="360"' in html
    assert f'poster="{poster.files.get().file.url}"' in html
    assert f'<source src="{recording.file.url}" type="video/mp4">' in html
    assert "Am &lt;Kai&gt;" in html
    assert "&lt;b&gt;Zweite" in html
    sound = Recording.objects.create(title="Ton", type="audio", credit="b", file=upload(MP3, "a.mp3"))
    assert '<audio controls preload="none"' in render(sound)
    assert "<details" not in render(sound)
    assert render(None) == ""
