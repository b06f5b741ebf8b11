"""The file of a backup: what is written is read, and nothing else is taken for one."""

import hashlib
import io
import os
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from freiblatt.upkeep import sealing
from freiblatt.upkeep.archive import ArchiveError, ChangedError, Reader, Writer

MEMBERS = {
    "manifest.json": b"{}",
    "freiblatt.toml": b'name = "Testblatt"',
    "media/pictures/a.jpg": os.urandom(3_000_001),
    f"originals/{'sehr-langer-name-' * 15}/größe.pdf": b"x" * 512,
    "theme/site.css": b"",
    "database/freiblatt.sqlite3.gz": os.urandom(1000),
}


def written(members: dict[str, bytes] = MEMBERS) -> bytes:
    """Return an archive with these members."""
    target = io.BytesIO()
    writer = Writer(target)
    for name, content in members.items():
        writer.add(name, content)
    writer.close()
    return target.getvalue()


def read(archive: bytes) -> dict[str, bytes]:
    """Return what is in the archive."""
    return {one.name: b"".join(one.chunks()) for one in Reader(io.BytesIO(archive)).members()}


def drain(reader: Reader) -> None:
    """Read to the end and keep nothing."""
    for one in reader.members():
        for _chunk in one.chunks():
            pass


def tar(*members: tuple[tarfile.TarInfo, bytes], sums: bool = True) -> bytes:
    """Return an archive as somebody else may make it, with right sums."""
    target = io.BytesIO()
    manifest = tarfile.TarInfo("manifest.json")
    lines = ""
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for facts, content in ((manifest, b"{}"), *members):
            facts.size = facts.size or len(content)
            archive.addfile(facts, io.BytesIO(content))
            lines += f"{hashlib.sha256(content).hexdigest()}  {facts.name}\n"
        if sums:
            last = tarfile.TarInfo("SHA256SUMS")
            last.size = len(lines)
            archive.addfile(last, io.BytesIO(lines.encode()))
    return target.getvalue()


def named(name: str, kind: bytes = tarfile.REGTYPE, **facts: object) -> tarfile.TarInfo:
    """Return the header of a member."""
    one = tarfile.TarInfo(name)
    one.type = kind
    for key, value in facts.items():
        setattr(one, key, value)
    return one


def test_what_is_written_is_read() -> None:
    assert read(written()) == MEMBERS


def test_a_size_beyond_eight_gigabytes_is_written_and_read_as_tar_does() -> None:
    class Measure:
        seen = b""

        def write(self, data: bytes) -> None:
            self.seen += data[: 4096 - len(self.seen)]

    size = 9 * 1024**3
    target = Measure()
    writer = Writer(target)
    writer.add("manifest.json", b"{}")
    with pytest.raises(StopIteration):
        writer._add("media/film.mp4", size, _Stopping(), 0)
    reader = Reader(io.BytesIO(target.seen))
    members = reader.members()
    assert next(members).name == "manifest.json"
    film = next(members)
    assert (film.name, film.size) == ("media/film.mp4", size)


class _Stopping:
    """A source of which only the header matters."""

    def read(self, size: int) -> bytes:
        raise StopIteration


def test_tar_and_sha256sum_understand_it(tmp_path: Path) -> None:
    (tmp_path / "backup.tar").write_bytes(written())
    subprocess.run(["tar", "-xf", "backup.tar"], cwd=tmp_path, check=True)
    subprocess.run(["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True)
    assert {name: (tmp_path / name).read_bytes() for name in MEMBERS} == MEMBERS


@pytest.mark.parametrize("length", [0, 1, 511, 512, 700, 2048, 500_000, -1, -512, -1024, -1025, -2000])
def test_a_cut_archive_is_refused_wherever_it_was_cut(length: int) -> None:
    whole = written()
    with pytest.raises(ArchiveError):
        read(whole[:length])


@pytest.mark.parametrize("place", [0, 124, 300, 600, 1024, 1_000_000, -1500])
def test_one_changed_byte_is_seen(place: int) -> None:
    spoiled = bytearray(written())
    spoiled[place] ^= 0xFF
    with pytest.raises(ArchiveError):
        read(bytes(spoiled))


def test_what_stands_after_the_end_is_seen() -> None:
    with pytest.raises(ArchiveError, match="after its end"):
        read(written() + b"\0")


@pytest.mark.parametrize(
    "name",
    ["../x", "media/../../x", "/etc/passwd", "media//x", "media/./x", "media/a\\b", "var/x", "media", "boot.ini", ""],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ArchiveError):
        read(tar((named(name), b"evil")))


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE],
)
def test_only_plain_files_are_taken(kind: bytes) -> None:
    with pytest.raises(ArchiveError, match="no plain file"):
        read(tar((named("media/x", kind, linkname="/etc/passwd"), b"")))


@pytest.mark.parametrize(
    "headers",
    [{"GNU.sparse.major": "1"}, {"path": "x" * 20_000}, {"linkpath": "/etc"}, {"size": "-1"}, {"size": "1e9"}],
)
def test_extended_headers_say_name_and_size_and_nothing_else(headers: dict[str, str]) -> None:
    with pytest.raises(ArchiveError):
        read(tar((named("media/x", pax_headers=headers), b"x")))


def test_a_giant_that_is_only_promised_is_refused_without_being_made() -> None:
    member = written({"manifest.json": b"{}"})[:1024]
    promise = named("media/x", size=2**50).tobuf(tarfile.PAX_FORMAT)
    reader = Reader(io.BytesIO(member + promise + b"x" * 1000))
    with pytest.raises(ArchiveError, match="truncated"):
        drain(reader)


def no_manifest() -> bytes:
    return written({name: content for name, content in MEMBERS.items() if name != "manifest.json"})


def second_manifest() -> bytes:
    whole = written({"manifest.json": b"{}"})
    return whole[:1024] + whole


@pytest.mark.parametrize(
    "make",
    [no_manifest, second_manifest, lambda: tar(sums=False), lambda: b"PK\x03\x04" * 1000, lambda: b"\0" * 10_240],
)
def test_what_is_no_backup_is_refused(make: Callable[[], bytes]) -> None:
    with pytest.raises(ArchiveError):
        read(make())


def test_a_file_that_shrinks_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"x" * 6_000_000)

    class Cutting(io.BytesIO):
        def write(self, data: bytes) -> int:
            os.truncate(path, 5_000_000)
            return super().write(data)

    writer = Writer(Cutting())
    with pytest.raises(ChangedError, match=r"media/film\.mp4"):
        writer.add_file("media/film.mp4", path)


# Encrypted


def test_an_encrypted_backup_is_read_with_either_key() -> None:
    here, there = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    target = io.BytesIO()
    with sealing.encrypted(target, [here.to_public(), there.to_public()]) as door:
        door.write(written())
    assert b"media/pictures" not in target.getvalue()
    for key in (here, there):
        target.seek(0)
        assert sealing.is_encrypted(target)
        with sealing.decrypted(target, [key]) as source:
            assert {one.name: b"".join(one.chunks()) for one in Reader(source).members()} == MEMBERS


@pytest.mark.parametrize("damage", ["key", "cut", "byte", "head"])
def test_an_encrypted_backup_that_cannot_be_opened_is_told(damage: str) -> None:
    key = pyrage.x25519.Identity.generate()
    target = io.BytesIO()
    with sealing.encrypted(target, [key.to_public()]) as door:
        door.write(written())
    content = bytearray(target.getvalue())
    if damage == "cut":
        del content[-100_000:]
    elif damage == "byte":
        content[1_000_000] ^= 1
    elif damage == "head":
        del content[60:]
    used = pyrage.x25519.Identity.generate() if damage == "key" else key
    with (
        pytest.raises(ArchiveError, match="cannot be decrypted"),
        sealing.decrypted(io.BytesIO(bytes(content)), [used]) as source,
    ):
        drain(Reader(source))


@pytest.mark.parametrize("size", [10, 50_000_000])
def test_a_full_disk_is_told_through_the_encryption(size: int) -> None:
    key = pyrage.x25519.Identity.generate()
    with (
        open("/dev/full", "wb", buffering=0) as full,
        pytest.raises(OSError, match="No space left"),
        sealing.encrypted(full, [key.to_public()]) as door,
    ):
        door.write(b"x" * size)


def test_keys_of_age_and_ssh_are_read_and_others_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = pyrage.x25519.Identity.generate()
    path.write_text(f"# created: today\n# public key: {key.to_public()}\n{key}\n")
    assert len(sealing.identities(path)) == 1
    ssh = Ed25519PrivateKey.generate()
    plain = serialization.NoEncryption()
    (tmp_path / "ssh").write_bytes(
        ssh.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, plain)
    )
    public = ssh.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    target = io.BytesIO()
    with sealing.encrypted(target, [sealing.recipient(f"{public.decode()} rosa@blatt")]) as door:
        door.write(b"words")
    target.seek(0)
    with sealing.decrypted(target, sealing.identities(tmp_path / "ssh")) as source:
        assert source.read() == b"words"

    for text in ("", "# nothing\n", "AGE-SECRET-KEY-1NONSENSE", "\x00\xff", "-----BEGIN NOTHING-----"):
        path.write_text(text, encoding="latin-1")
        with pytest.raises(sealing.KeyFileError):
            sealing.identities(path)
    with pytest.raises(sealing.KeyFileError):
        sealing.identities(tmp_path / "missing")
    public_key = str(key.to_public())
    with pytest.raises(sealing.KeyFileError):
        sealing.recipient(public_key[:-1] + ("p" if public_key.endswith("q") else "q"))
