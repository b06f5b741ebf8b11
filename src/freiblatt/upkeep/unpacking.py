"""The files of a backup, each into its place. Nothing in here imports Django."""

import contextlib
import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from freiblatt.config import FILE_NAME, PREFIX, SECRET_NAME
from freiblatt.config.mail import named_files
from freiblatt.upkeep.archive import (
    DATABASE_FOLDER,
    LONGEST_MANIFEST,
    MANIFEST_NAME,
    NAMED_FOLDER,
    ArchiveError,
    Member,
    Reader,
    Source,
)
from freiblatt.upkeep.dumps import FACTS_MEMBER, Facts, read_facts
from freiblatt.upkeep.manifest import Manifest, read_manifest

Say = Callable[[str], object]

#: What the publication's own web server and proxy may read, and what they may not.
MODES = {"media": 0o640, "originals": 0o600, "theme": 0o644}
FOLDER_MODES = {"originals": 0o700, "media": 0o755, "theme": 0o755, "var": 0o750}


class Unpacking:
    """Writes every file of a backup where it belongs, the database into `place`.

    `configure` is called when the configuration is there, before the large files; `note` with each name in the
    directory that no publication has by itself. `unset` takes back what was changed in the environment.
    """

    def __init__(
        self, directory: Path, place: Path, *, configure: Callable[[], None], unset: contextlib.ExitStack, note: Say
    ) -> None:
        self._directory = directory
        self._place = place
        self._configure = configure
        self._unset = unset
        self._note = note
        self.missing: list[tuple[str, Path]] = []

    def all_of(self, source: Source) -> tuple[Manifest, Facts, int]:
        """Return what the backup says of itself, and how many files it had. Raises ArchiveError."""
        manifest: Manifest | None = None
        facts: Facts | None = None
        reader = Reader(source)
        for member in reader.members():
            if member.name == MANIFEST_NAME:
                manifest = read_manifest(member.content(LONGEST_MANIFEST))
            elif member.name == FACTS_MEMBER:
                facts = read_facts(member.content(LONGEST_MANIFEST))
            elif member.name.startswith(f"{DATABASE_FOLDER}/"):
                if manifest is None or member.name != manifest.database_member:
                    raise ArchiveError(f"It holds a database that its manifest does not name: {member.name!r}.")
                _write(member, self._place / "dump", 0o600)
            else:
                self._write_into_place(member)
            if member.name == FILE_NAME:
                self.missing = _do_without_missing_files(self._directory, self._unset)
                self._configure()
        if manifest is None or facts is None or not (self._place / "dump").is_file():
            raise ArchiveError("It holds no database.")
        for name in (FILE_NAME, SECRET_NAME):
            if not (self._directory / name).is_file():
                raise ArchiveError(f"It holds no {name}.")
        return manifest, facts, reader.n_files

    def _write_into_place(self, member: Member) -> None:
        folder, _slash, inner = member.name.partition("/")
        if folder == NAMED_FOLDER:
            self._note(inner.partition("/")[0])
        else:
            inner = member.name
        path = self._directory / inner
        missing = [one for one in path.parents if one != self._directory and one.is_relative_to(self._directory)]
        for one in reversed(missing):
            if not one.is_dir():
                one.mkdir()
                one.chmod(FOLDER_MODES.get(one.relative_to(self._directory).parts[0], 0o700))
        _write(member, path, MODES.get(folder, 0o600))


def _do_without_missing_files(directory: Path, unset: contextlib.ExitStack) -> list[tuple[str, Path]]:
    """Return (key, path) of files that the restored configuration names and that are not there.

    Until `unset` ends, this process and its children read a configuration that does not name them: without a mail
    password a publication can be restored, and only not be served. Nothing is written.
    """
    try:
        values = tomllib.loads((directory / FILE_NAME).read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return []  # whoever reads it next says what is wrong with it
    variables = {name.upper(): name for name in os.environ}

    def value_of(key: str) -> Any:
        variable = variables.get(PREFIX + key.upper())
        return os.environ[variable] if variable else values.get(key)

    password_file, lines = value_of("mail_password_file"), value_of("mail_provider_settings")
    with contextlib.suppress(ValueError):
        lines = json.loads(lines) if isinstance(lines, str) else lines
    lines = [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
    password_file = password_file if isinstance(password_file, str) else ""
    missing = [one for one in named_files(password_file, tuple(lines), directory=directory) if not one[1].is_file()]
    if not missing:
        return []
    present = [
        line for line in lines if all(path.is_file() for _key, path in named_files("", (line,), directory=directory))
    ]
    instead = {"mail_password_file": "", "mail_provider_settings": json.dumps(present)}
    for key in {key for key, _path in missing}:
        _set_variable(variables.get(PREFIX + key.upper(), PREFIX + key.upper()), instead[key], unset)
    return missing


def _set_variable(name: str, value: str, unset: contextlib.ExitStack) -> None:
    before = os.environ.get(name)
    os.environ[name] = value
    if before is None:
        unset.callback(os.environ.pop, name, None)
    else:
        unset.callback(os.environ.__setitem__, name, before)


def _write(member: Member, path: Path, mode: int) -> None:
    try:
        number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise ArchiveError(f"It holds two things of one name: {member.name!r}.") from error
    with os.fdopen(number, "wb") as file:
        for chunk in member.chunks():
            file.write(chunk)
    path.chmod(mode)
    with contextlib.suppress(OSError, OverflowError):
        os.utime(path, (member.changed, member.changed))
