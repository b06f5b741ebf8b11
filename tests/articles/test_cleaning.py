"""Files that nothing refers to are removed, and nothing else."""

import os
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from wagtail.models import UploadedFile

from freiblatt.articles.actions import make_picture_files, remove_left_over_files
from freiblatt.articles.models import Picture, Recording
from freiblatt.jobs import schedules
from tests.articles.test_documents import make_document
from tests.pictures import files_on_disk, make_picture, upload

pytestmark = pytest.mark.django_db


def age(days: float, *paths: Path) -> None:
    then = time.time() - days * 86_400
    for path in paths:
        os.utime(path, (then, then))


@pytest.fixture(autouse=True)
def nothing_left_by_other_tests() -> None:
    for path in files_on_disk():
        path.unlink()


def test_only_old_files_without_a_row_are_removed() -> None:
    picture = make_picture()
    make_picture_files.func(picture.pk, picture.file.name)
    picture.get_rendition("max-165x165")
    make_document()
    Recording.objects.create(title="a", type="audio", credit="b", file=upload(b"ID3", "a.mp3"))
    known = files_on_disk()
    private, public = Path(settings.STORAGES["originals"]["OPTIONS"]["location"]), Path(settings.MEDIA_ROOT)
    left_over = [
        private / "pictures" / "left.jpg",
        private / "renditions" / "left.jpg",
        private / "documents" / "left.pdf",
        public / "pictures" / "left.avif",
        public / "recordings" / "left.mp3",
    ]
    elsewhere = public / "look" / "logo.svg"
    elsewhere.parent.mkdir(exist_ok=True)
    young = public / "pictures" / "young.avif"
    for path in (*left_over, young, elsewhere):
        path.write_bytes(b"x")
    age(2, *known, *left_over, elsewhere)
    assert remove_left_over_files.func() == len(left_over)
    assert files_on_disk() == known | {young, elsewhere}


def test_upload_that_nobody_completed_goes_after_a_week() -> None:
    waiting = UploadedFile.objects.create(
        for_content_type=ContentType.objects.get_for_model(Picture), file=upload(b"x", "IMG_1.jpg")
    )
    path = Path(waiting.file.path)
    age(6, path)
    assert remove_left_over_files.func() == 0
    assert path.exists()
    age(8, path)
    assert remove_left_over_files.func() == 1
    assert not path.exists()
    assert not UploadedFile.objects.exists()


def test_it_recurs() -> None:
    assert schedules._recurrences["articles.left_over_files"].job == remove_left_over_files
