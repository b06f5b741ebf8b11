"""Files that the configuration names, such as a mail server's password: backed up, restored, missed aloud."""

import io
import stat
import tarfile
from pathlib import Path

import pytest

from freiblatt import config
from freiblatt.config import Config
from freiblatt.upkeep.actions.backing_up import back_up
from tests.upkeep.test_restoring import freiblatt

PASSWORD = "ein sehr geheimes Kennwort"
MAIL = 'mail_url = "smtp://blatt@mail.example.org:587"\nmail_from = "redaktion@example.org"\n'


def configure(publication: Config, lines: str) -> Config:
    """Write lines below the configuration; return what is configured now."""
    with (publication.directory / "freiblatt.toml").open("a", encoding="utf-8") as file:
        file.write(lines)
    return config.read(publication.directory)


def lay_password(publication: Config, name: str = "mail.password") -> Path:
    path = publication.directory / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{PASSWORD}\n")
    path.chmod(0o600)
    return path


@pytest.mark.process
@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("mail.password", f'{MAIL}mail_password_file = "mail.password"\n'),
        (
            "keys/postmark.key",
            'mail_provider = "postmark"\nmail_from = "redaktion@example.org"\n'
            'mail_provider_settings = ["POSTMARK_SERVER_TOKEN_FILE=keys/postmark.key"]\n',
        ),
    ],
)
def test_the_documented_mail_setup_comes_back(
    name: str,
    lines: str,
    publication: Config,
    tmp_path: Path,
    empty_database: list[str],
) -> None:
    lay_password(publication, name)
    made = back_up(config=configure(publication, lines), target=tmp_path / "backup.tar")
    assert made.left_out == []

    place = tmp_path / "restored"
    done = freiblatt("restore", made.path, place, *empty_database, cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert (place / name).read_text() == f"{PASSWORD}\n"
    assert stat.S_IMODE((place / name).stat().st_mode) == 0o600
    assert PASSWORD not in done.stdout + done.stderr
    assert freiblatt("check", "--publication", place, cwd=tmp_path).returncode == 0


@pytest.mark.process
def test_a_file_that_lies_elsewhere_is_told_twice_and_does_not_stop_a_restore(
    publication: Config,
    tmp_path: Path,
    empty_database: list[str],
) -> None:
    outside = tmp_path / "run" / "mail.password"
    outside.parent.mkdir()
    outside.write_text(PASSWORD)
    configure(publication, f'{MAIL}mail_password_file = "{outside}"\n')
    database = publication.database_url

    done = freiblatt(
        "backup", "backup.tar", "--publication", publication.directory, cwd=tmp_path, FREIBLATT_DATABASE_URL=database
    )
    assert done.returncode == 0, done.stderr
    assert f"not in the backup, because it lies elsewhere: {outside} (mail_password_file)" in done.stderr

    outside.unlink()
    place = tmp_path / "restored"
    done = freiblatt("restore", "backup.tar", place, *empty_database, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"Missing: {outside}, which mail_password_file names. Lay it there before you serve." in done.stdout

    refused = freiblatt("serve", "--publication", place, cwd=tmp_path)
    assert refused.returncode == 2
    assert "mail_password_file" in refused.stderr
    outside.write_text(PASSWORD)
    assert freiblatt("check", "--publication", place, cwd=tmp_path).returncode == 0


@pytest.mark.process
def test_a_missing_key_of_a_service_does_not_stop_a_restore_either(
    publication: Config,
    tmp_path: Path,
    empty_database: list[str],
) -> None:
    outside = tmp_path / "postmark.key"
    outside.write_text(PASSWORD)
    configured = configure(
        publication,
        'mail_provider = "postmark"\nmail_from = "redaktion@example.org"\n'
        f'mail_provider_settings = ["POSTMARK_SERVER_TOKEN_FILE={outside}"]\n',
    )
    made = back_up(config=configured, target=tmp_path / "backup.tar")
    assert made.elsewhere == [f"{outside} (mail_provider_settings)"]

    outside.unlink()
    done = freiblatt("restore", made.path, tmp_path / "restored", *empty_database, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"Missing: {outside}, which mail_provider_settings names." in done.stdout


def test_a_named_file_that_is_gone_is_told_and_stops_no_backup(publication: Config, tmp_path: Path) -> None:
    configured = configure(publication, f'{MAIL}mail_password_file = "mail.password"\n')
    made = back_up(config=configured, target=tmp_path / "backup.tar")
    assert made.elsewhere == [f"{publication.directory / 'mail.password'} (mail_password_file)"]


def test_what_is_in_a_backup_anyway_is_in_it_once(publication: Config, tmp_path: Path) -> None:
    configured = configure(publication, f'{MAIL}mail_password_file = "secret.key"\n')
    made = back_up(config=configured, target=tmp_path / "backup.tar")
    assert made.elsewhere == []
    with tarfile.open(fileobj=io.BytesIO(made.path.read_bytes())) as archive:
        names = archive.getnames()
    assert [name for name in names if name.endswith("secret.key")] == ["secret.key"]
