"""Make a publication in the directory DIR, which is new or empty. Asks nothing."""

import argparse
import shlex
import shutil
import sys
from pathlib import Path

from freiblatt.cli.given import HELP, database_url
from freiblatt.cli.making import make_publication
from freiblatt.cli.start import refuse_wrong_user
from freiblatt.config import Config, ConfigurationError, check

#: The options whose values go into freiblatt.toml, and the key of each.
OPTIONS = {"name": "--name", "language": "--language", "url": "--url", "database_url": "--database-url"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the directory, what goes into freiblatt.toml, and the owner."""
    parser.add_argument("directory", nargs="?", metavar="DIR", help="directory of the publication")
    parser.add_argument("--name", required=True, help="name of the publication")
    parser.add_argument("--language", default="de", help="its main language: de (default) or en")
    parser.add_argument("--url", help="public address, such as https://example.org (default: http://127.0.0.1:8000)")
    parser.add_argument(
        "--database-url", help=f"postgresql://USER:PASSWORD@HOST:PORT/NAME instead of a SQLite file; {HELP}"
    )
    parser.add_argument("--owner", metavar="MAIL", help="print a one-time link for the first staff account")


def run(arguments: argparse.Namespace) -> int:
    """Make the publication, say what to do next."""
    directory = _directory(arguments)
    refuse_wrong_user(directory)
    arguments.database_url = database_url("--database-url", arguments.database_url)
    values = {key: value for key in OPTIONS if (value := getattr(arguments, key)) is not None}
    values["languages"] = [arguments.language]
    check(directory, values, places={**OPTIONS, "languages": "--language"})
    owner = _mail_address(arguments.owner)
    report: list[str] = []

    def finish(config: Config) -> None:
        report.extend(_next_steps(config, owner))

    make_publication(directory, values, finish)
    print("\n".join(report))
    return 0


def _directory(arguments: argparse.Namespace) -> Path:
    named = {Path(name).expanduser().resolve() for name in (arguments.directory, arguments.publication) if name}
    if len(named) != 1:
        raise ConfigurationError(
            f"DIR: seen {'two directories' if named else 'none'}, expected one: freiblatt init DIR --name NAME."
        )
    return named.pop()


def _mail_address(owner: str | None) -> str | None:
    if owner is None:
        return None
    from django.core.exceptions import ValidationError
    from django.core.validators import EmailValidator

    # Longer addresses do not fit the field, and no mail server takes them (RFC 5321, 4.5.3.1.3).
    if len(owner) > 254:
        raise ConfigurationError(f"--owner: seen {len(owner)} characters, expected a mail address of at most 254.")
    try:
        EmailValidator()(owner)
    except ValidationError as error:
        raise ConfigurationError(
            f"--owner: seen {owner!r}, expected a mail address such as anna@example.org."
        ) from error
    return owner


def _next_steps(config: Config, owner: str | None) -> list[str]:
    place = shlex.quote(str(config.directory))
    program = "freiblatt" if shutil.which("freiblatt") else shlex.quote(sys.argv[0])
    lines = [
        f"{config.name} is ready. Its configuration: {config.directory / 'freiblatt.toml'}",
        f"Serve it:  {program} serve --publication {place}",
        f"Open it:   {config.url}/  and the desk at  {config.url}/admin/",
    ]
    if owner is None:
        return [*lines, f"First staff account:  {program} createsuperuser --publication {place}"]
    return [*lines, *_owner_lines(owner)]


def _owner_lines(owner: str) -> list[str]:
    from freiblatt.newsroom.actions import INVITATION_DAYS, found_owner, one_time_link

    return [
        "",
        f"{owner} chooses a passkey or a password here, once, within {INVITATION_DAYS} days:",
        one_time_link(member=found_owner(email=owner)),
    ]
