"""Uploads in a bucket by setting alone, against a real server of the same protocol on this machine."""

import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from freiblatt import config
from freiblatt.config.media import Store
from freiblatt.lib.bucket import Bucket
from freiblatt.upkeep.actions.moving import write_key
from tests.processes import end, free_port, wait_until
from tests.upkeep.newspaper import HOST, Newsroom, assert_same
from tests.upkeep.test_doctor import StoreHandler, serving

pytestmark = [pytest.mark.process, pytest.mark.once]

SECRET = "nobody-may-ever-see-this"
SERVER = "from moto.server import main; import sys; main(['-H', '127.0.0.1', '-p', sys.argv[1]])"
#: What the newsroom does there: each prints what the test has to know.
DO = """
import json, sys
import django
django.setup()
from django.test.utils import override_settings
from freiblatt.articles.actions import add_picture, publish_article, withdraw_article
from freiblatt.articles.models import ArticlePage, Picture
from freiblatt.articles.belongings import belongings_of
article = ArticlePage.objects.get(pk=int(sys.argv[2])) if sys.argv[2:] else None
if sys.argv[1] == "withdraw":
    withdraw_article(article=article, by=None, reason="Nicht belegt", keep_notice=True)
elif sys.argv[1] == "publish":
    publish_article(article=article)
elif sys.argv[1] == "upload":
    from tests.pictures import picture_bytes
    import io
    picture = add_picture(file=io.BytesIO(picture_bytes()), name="a.jpg", title="t", credit="c", licence="l")
    print(json.dumps([picture.file.name, *(one.file.name for one in picture.files.all())]))
else:
    for one in ArticlePage.objects.live().order_by("pk"):
        found = ["/media/" + name for name in belongings_of(one).unless_shown(apart_from=one.pk).public_names()]
        if found:
            print(json.dumps([one.pk, one.get_url(), found]))
            break
"""


#: An editor uploads one of each kind by the desk's forms. Prints, for each, the status, whether the sentence is there
#: that nothing was stored, and whether what else was entered stands in the form again; last, how many rows there are.
UPLOAD = """
import json
import django
django.setup()
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from wagtail.models import UploadedFile
from wagtail.users.models import UserProfile
from freiblatt.articles.models import ArticleDocument, Picture, Recording
from freiblatt.newsroom.models import StaffMember
from tests.cast import make_owner
from tests.pictures import picture_bytes
from tests.upkeep.newspaper import HOST
owner = StaffMember.objects.filter(email="owner@example.org").first() or make_owner()
UserProfile.objects.update_or_create(user=owner, defaults={"preferred_language": "en"})
client = Client(headers={"host": HOST}, raise_request_exception=False)
client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
picture = {"title": "Hafenbecken", "credit": "Ada Lund", "licence": "alle Rechte", "caption": "Das neue Hafenbecken"}
sound = {"title": "Hafenbecken", "credit": "Ada Lund", "duration": "3", "transcript": "Wasser, Möwen, ein Kran."}
files = {"jpg": picture_bytes(), "pdf": b"%PDF-1.7 Akten %%EOF", "mp3": b"ID3" + bytes(500)}
found = {}
for address, ending, fields in (
    ("/admin/images/add/", "jpg", picture),
    ("/admin/documents/add/", "pdf", {"title": "Hafenbecken"}),
    ("/admin/media/audio/add/", "mp3", sound),
    ("/admin/images/multiple/add/", "jpg", {"title": "Hafenbecken"}),
):
    name = "files[]" if "multiple" in address else "file"
    file = SimpleUploadedFile(f"a.{ending}", files[ending])
    answer = client.post(address, {**fields, name: file})
    said = answer.content.decode()
    found[address] = [answer.status_code, "so nothing was stored" in said, all(f in said for f in fields.values())]
found["rows"] = [model.objects.count() for model in (Picture, ArticleDocument, Recording, UploadedFile)]
print(json.dumps(found))
"""
UPLOADED = ["/admin/images/add/", "/admin/documents/add/", "/admin/media/audio/add/"]
MANY = "/admin/images/multiple/add/"


#: Ends as a killed process does, with all uploads in the bucket.
KILLED = """
import os, signal, sys
from freiblatt.upkeep import far
carry = far.carry_up
def carry_and_die(*arguments, **options):
    carry(*arguments, **options)
    os.kill(os.getpid(), signal.SIGKILL)
far.carry_up = carry_and_die
from freiblatt.cli.console import run
sys.exit(run(sys.argv[1:]))
"""


class Store3:
    """The store's server, and the bucket in it, seen from outside."""

    def __init__(self, port: int, log: IO[bytes]) -> None:
        self.port = port
        self.endpoint = f"http://127.0.0.1:{port}"
        self._log = log
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, with an empty bucket."""
        command = [sys.executable, "-c", SERVER, str(self.port)]
        self._server = subprocess.Popen(command, stdout=self._log, stderr=self._log)
        wait_until(self._listens, "the store")
        self.bucket().client.create_bucket(
            Bucket="uploads", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )

    def stop(self) -> None:
        """Let it be away."""
        if self._server is not None:
            end(self._server)
            self._server = None

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            return True
        return False

    def bucket(self, prefix: str = "blatt/") -> Bucket:
        return Bucket(Store("uploads", self.endpoint, "eu-central-1", prefix, "key", SECRET))

    def names(self, prefix: str = "blatt/") -> list[str]:
        return [entry.name for entry in self.bucket(prefix).entries()]

    def configure(self, directory: Path) -> None:
        """Tell the publication in `directory` of the bucket, as an operator would."""
        (directory / "s3.key").write_text(f"{SECRET}\n")
        (directory / "s3.key").chmod(0o600)
        for key, value in {
            "media_bucket": "uploads",
            "media_endpoint": self.endpoint,
            "media_region": "eu-central-1",
            "media_prefix": "blatt",
            "media_key_id": "key",
            "media_secret_file": "s3.key",
        }.items():
            write_key(directory / "freiblatt.toml", key, value)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store3]:
    with (tmp_path / "store.log").open("wb") as log:
        found = Store3(free_port(), log)
        try:
            found.start()
            yield found
        finally:
            found.stop()


def do(newsroom: Newsroom, directory: Path, *words: object, script: str = DO) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, words)],
        env=newsroom.environment(directory), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else []


def ask(newsroom: Newsroom, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    asker = http.client.HTTPConnection("127.0.0.1", newsroom.port, timeout=60)
    try:
        asker.request("GET", path, headers={"Host": HOST, **{name.replace("_", "-"): v for name, v in headers.items()}})
        answer = asker.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        asker.close()


def test_uploads_lie_in_a_bucket_and_readers_notice_nothing(
    store: Store3, tmp_path: Path, django_db_setup: None
) -> None:
    newsroom = Newsroom(tmp_path)
    directory = newsroom.demo("bucket")
    with newsroom.serving(directory):
        before = newsroom.crawl()
    here = {path.relative_to(directory).as_posix() for path in directory.glob("media/**/*.*")}
    assert len(here) > 20

    store.configure(directory)
    assert "Uploads still lie in" in newsroom.freiblatt("doctor", directory=directory).stdout
    newsroom.done("move-media", directory=directory)
    assert not [path for path in (directory / "media").rglob("*") if path.is_file()]
    assert here <= set(store.names())

    with newsroom.serving(directory):
        # The very same bytes from the very same addresses: no page names another host.
        assert_same(newsroom.crawl(), before)

        picture = next(path for path in before if re.fullmatch(r"/media/pictures/.*\.jpe?g", path))
        whole = before[picture][1]
        status, headers, part = ask(newsroom, picture, Range="bytes=10-19")
        assert (status, part, headers["content-range"]) == (206, whole[10:20], f"bytes 10-19/{len(whole)}")
        assert ask(newsroom, picture, Range="bytes=-5")[2] == whole[-5:]
        assert ask(newsroom, picture, Range=f"bytes={len(whole)}-")[0] == 416
        status, headers, _body = ask(newsroom, picture)
        assert headers["cache-control"] == "public, max-age=31536000, immutable"
        assert ask(newsroom, picture, If_None_Match=headers["etag"])[0] == 304
        # Originals lie in the same bucket and have no address; neither has a way up.
        original = next(name for name in store.names() if name.startswith("originals/pictures/"))
        for path in (f"/media/{original}", f"/media/../{original}", f"/media/%2e%2e/{original}", f"/{original}"):
            assert ask(newsroom, path)[0] in (400, 404), path

        names = do(newsroom, directory, "upload")
        assert f"originals/{names[0]}" in store.names()
        assert f"media/{names[1]}" in store.names()
        assert ask(newsroom, f"/media/{names[1]}")[0] == 200

        pk, page, files = do(newsroom, directory, "article")
        do(newsroom, directory, "withdraw", pk)
        for path in (page, *files):
            assert ask(newsroom, path)[0] == 410, path
        withheld = {path.removeprefix("/media/") for path in files}
        assert not {f"media/{name}" for name in withheld} & set(store.names())
        assert {f"originals/withheld/{name}" for name in withheld} <= set(store.names())
        do(newsroom, directory, "publish", pk)
        for path in (page, *files):
            assert ask(newsroom, path)[0] == 200, path

        backup = tmp_path / "backup.tar"
        newsroom.done("backup", str(backup), directory=directory)
        asked = newsroom.sample()

    refused = newsroom.freiblatt("restore", str(backup), str(tmp_path / "second"))
    assert (refused.returncode, "FREIBLATT_MEDIA_PREFIX" in refused.stderr) == (1, True), refused.stderr
    newsroom.variables["FREIBLATT_MEDIA_PREFIX"] = "second"
    newsroom.done("restore", str(backup), str(tmp_path / "second"))
    with newsroom.serving(tmp_path / "second"):
        assert_same(newsroom.sample(), asked)
    assert sorted(store.names("second/")) == sorted(store.names())
    assert SECRET not in (tmp_path / "serve.log").read_text()


def test_a_store_that_is_away_is_told_and_nothing_is_lost(store: Store3, tmp_path: Path, django_db_setup: None) -> None:
    newsroom = Newsroom(tmp_path)
    directory = newsroom.demo("away")
    store.configure(directory)
    write_key(directory / "freiblatt.toml", "media_endpoint", f"http://127.0.0.1:{free_port()}")
    before = sorted(path for path in directory.rglob("*") if path.is_file() and path.parts[-2] != "var")

    moved = newsroom.freiblatt("move-media", directory=directory)
    assert (moved.returncode, moved.stderr.startswith("freiblatt: media_bucket: ")) == (1, True), moved.stderr
    assert [path for path in before if not path.exists()] == []
    found = newsroom.freiblatt("doctor", directory=directory).stdout
    assert "The bucket uploads does not work" in found
    assert SECRET not in found + moved.stderr
    backup = newsroom.freiblatt("backup", str(tmp_path / "b.tar"), directory=directory)
    assert (backup.returncode, (tmp_path / "b.tar").exists()) == (1, False)
    with newsroom.serving(directory):
        assert ask(newsroom, "/")[0] == 200
        path = "/" + next(path.relative_to(directory).as_posix() for path in directory.glob("media/pictures/*.jpg"))
        assert ask(newsroom, path)[0] == 200  # still here
        assert ask(newsroom, "/media/pictures/000000000000000000000000.jpg")[0] == 503


def test_a_restore_into_a_bucket_that_was_killed_is_given_again(
    store: Store3, tmp_path: Path, django_db_setup: None
) -> None:
    newsroom = Newsroom(tmp_path)
    directory = newsroom.demo("first")
    store.configure(directory)
    newsroom.done("move-media", directory=directory)
    backup = str(tmp_path / "backup.tar")
    newsroom.done("backup", backup, directory=directory)
    newsroom.variables["FREIBLATT_MEDIA_PREFIX"] = "second"
    words = ["restore", backup, str(tmp_path / "second")]

    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *words],
        env=newsroom.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    left = store.names("second/")
    assert len(left) > len(store.names())  # all uploads, and the mark
    # Whoever restores there from elsewhere does not get it, and removes nothing.
    other = newsroom.freiblatt("restore", backup, str(tmp_path / "elsewhere"))
    assert (other.returncode, "FREIBLATT_MEDIA_PREFIX" in other.stderr) == (1, True), other.stderr
    assert store.names("second/") == left

    newsroom.done(*words)

    assert sorted(store.names("second/")) == sorted(store.names())


def test_an_upload_while_the_store_is_away_says_so_and_leaves_nothing_half(
    store: Store3, tmp_path: Path, django_db_setup: None
) -> None:
    newsroom = Newsroom(tmp_path)
    directory = newsroom.demo("uploads")
    store.configure(directory)
    newsroom.variables["FREIBLATT_SECOND_FACTOR"] = "[]"
    store.stop()

    away = do(newsroom, directory, script=UPLOAD)
    assert {address: away[address] for address in UPLOADED} == {address: [200, True, True] for address in UPLOADED}
    assert away[MANY][:2] == [200, True]  # the answer to a script, which shows the sentence beside the file

    # It answers, and fails all the same when the file comes.
    with serving(type("Handler", (StoreHandler,), {"takes": False})) as port:
        newsroom.variables["FREIBLATT_MEDIA_ENDPOINT"] = f"http://127.0.0.1:{port}"
        failing = do(newsroom, directory, script=UPLOAD)
        del newsroom.variables["FREIBLATT_MEDIA_ENDPOINT"]
    assert {address: failing[address][:2] for address in UPLOADED} == {address: [503, True] for address in UPLOADED}
    assert failing[MANY][:2] == [200, True]
    assert failing["rows"] == away["rows"]

    store.start()
    there = do(newsroom, directory, script=UPLOAD)
    assert {address: there[address][:2] for address in UPLOADED} == {address: [302, False] for address in UPLOADED}
    assert there["rows"] == [before + now for before, now in zip(away["rows"], (1, 1, 1, 1), strict=True)]
    kinds = sorted(name.rpartition("/")[0] for name in store.names() if not name.startswith("media/pictures"))
    assert kinds == ["media/recordings", "originals/documents", "originals/pictures", "originals/wagtail_uploads"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"media_bucket": "Up Loads"}, "media_bucket: seen 'Up Loads', expected a bucket's name"),
        ({"media_endpoint": "https://k:s@s3.example.net"}, "without a path, a user or a password"),
        ({"media_endpoint": "ftp://s3.example.net"}, "media_endpoint: seen 'ftp://s3.example.net'"),
        ({"media_key_id": ""}, "media_key_id to be set too"),
        ({"media_secret_file": ""}, "either this file or FREIBLATT_MEDIA_SECRET"),
        ({"media_secret_file": "none.key"}, "a readable file with the secret"),
        ({"media_secret_file": "open.key"}, "that this user alone may read (chmod 600"),
        ({"media_secret": SECRET}, "either this file or FREIBLATT_MEDIA_SECRET"),
        ({"media_prefix": "../up"}, "media_prefix: seen '../up'"),
    ],
)
def test_what_is_wrong_is_told_at_the_start(tmp_path: Path, wrong: dict[str, str], said: str) -> None:
    values = {
        "media_bucket": "uploads",
        "media_endpoint": "https://s3.example.net",
        "media_key_id": "key",
        "media_secret_file": "s3.key",
        **wrong,
    }
    (tmp_path / "freiblatt.toml").write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items()))
    for name, mode in (("s3.key", 0o600), ("open.key", 0o640)):
        (tmp_path / name).write_text(SECRET)
        (tmp_path / name).chmod(mode)
    with pytest.raises(config.ConfigurationError) as refused:
        config.read(tmp_path)
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)
