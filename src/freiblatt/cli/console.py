"""Finds the word, tells it where the publication is, and turns errors into sentences."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from freiblatt import __version__, config
from freiblatt.cli.start import ConsoleError, open_publication

HELP = """\
Freiblatt: self-hosted publishing for small, reader-funded investigative newsrooms.

  freiblatt init DIR --name NAME   make a publication in the directory DIR
  freiblatt serve                  serve it (page store, server and job worker in one)
  freiblatt worker                 run one more job worker (with PostgreSQL)
  freiblatt prepare                after a change of freiblatt.toml: database, front pages, static files
  freiblatt upgrade                after a new version was installed: backup, database, a look at the result
  freiblatt backup FILE            everything that cannot be made again in one file, while the program runs
  freiblatt staff list             who works here; also: staff invite, staff link, staff reset-mfa
  freiblatt restore FILE DIR       put a backup into a new directory
  freiblatt letters held           letters that are held since a restore; also: letters release, letters discard
  freiblatt move-database URL      from SQLite to PostgreSQL, or back
  freiblatt move-media             uploads from this disk into the bucket that freiblatt.toml names
  freiblatt import page FILE       move in the text of a saved WordPress page with its discussion
  freiblatt doctor                 look at the installation, say what is wrong and what to do (doctor mail: the mail)
  freiblatt demo                   make a demo publication, if it is not there, and serve it

  freiblatt WORD --help            all options of one word
  freiblatt --version              which version this is

--publication DIR, before or after the word, names the publication's directory; without it the variable
FREIBLATT_PUBLICATION counts, else the current directory. Any other word goes to Django: `freiblatt createsuperuser`,
`freiblatt changepassword MAIL`, `freiblatt shell`; `freiblatt help` lists them inside a publication.
"""

#: Our words and the module of each.
WORDS = {
    ("init",): "freiblatt.cli.init",
    ("serve",): "freiblatt.cli.serve",
    ("worker",): "freiblatt.cli.worker",
    ("prepare",): "freiblatt.cli.prepare",
    ("backup",): "freiblatt.cli.backup",
    ("restore",): "freiblatt.cli.restore",
    ("upgrade",): "freiblatt.cli.upgrade",
    ("doctor",): "freiblatt.cli.doctor",
    ("move-database",): "freiblatt.cli.move_database",
    ("move-media",): "freiblatt.cli.move_media",
    ("import", "page"): "freiblatt.cli.import_page",
    ("demo",): "freiblatt.cli.demo",
    ("staff",): "freiblatt.cli.staff",
    ("letters",): "freiblatt.cli.letters",
}
#: Our words that begin without a publication, because they make one.
MAKERS = (("init",), ("restore",), ("demo",))

#: Those that make nothing in it.
READERS = (("doctor",),)

STATUS_ERROR = 1
STATUS_CONFIGURATION = 2
STATUS_INTERRUPTED = 130  # 128 + SIGINT, as shells count


def run(arguments: Sequence[str]) -> int:
    """Return the exit status of `freiblatt` followed by `arguments`: 0 done, 1 refused, 2 wrongly asked."""
    try:
        return _run(list(arguments))
    except config.ConfigurationError as error:
        return _say(error, STATUS_CONFIGURATION)
    except ConsoleError as error:
        return _say(error, STATUS_ERROR)
    except KeyboardInterrupt:
        return _say("interrupted.", STATUS_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away (`| head`); nothing is wrong on our side.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return STATUS_ERROR


def _say(error: object, status: int) -> int:
    for line in str(error).splitlines():
        print(f"freiblatt: {line}", file=sys.stderr)
    return status


def _run(arguments: list[str]) -> int:
    publication, arguments = take_publication(arguments)
    if not arguments or arguments[0] in ("--help", "-h"):
        print(HELP, end="")
        return 0
    if arguments[0] in ("--version", "-V"):
        print(f"freiblatt {__version__}")
        return 0
    if publication is not None:
        os.environ[config.DIRECTORY_VARIABLE] = publication
        config.current.cache_clear()
    for word, module_name in WORDS.items():
        if tuple(arguments[: len(word)]) == word:
            return _run_word(word, module_name, arguments[len(word) :], publication)
    siblings = [" ".join(word) for word in WORDS if len(word) > 1 and word[0] == arguments[0]]
    if siblings:
        asked = "" if arguments[1:2] in ([], ["--help"], ["-h"]) else f" {arguments[1]}"
        raise config.ConfigurationError(
            f"{arguments[0]}{asked}: seen {' '.join(arguments[:2])!r}, expected one of: {', '.join(siblings)}."
        )
    return _ask_django(arguments)


def _run_word(word: tuple[str, ...], module_name: str, arguments: list[str], publication: str | None) -> int:
    module = importlib.import_module(module_name)
    parser = argparse.ArgumentParser(
        prog=f"freiblatt {' '.join(word)}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="--publication DIR names the publication's directory (default: FREIBLATT_PUBLICATION, else here).",
        allow_abbrev=False,
    )
    module.add_arguments(parser)
    parsed = parser.parse_args(arguments)
    parsed.publication = publication
    if word not in MAKERS:
        open_publication(writes=word not in READERS)
    return module.run(parsed)


def take_publication(arguments: list[str]) -> tuple[str | None, list[str]]:
    """Return what `--publication` names, or None, and the arguments without it.

    It may stand before or after the word, also before and after words of Django's; the last one counts.
    """
    publication: str | None = None
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            return publication, [*rest, argument, *waiting]
        name, equals, value = argument.partition("=")
        if name != "--publication":
            rest.append(argument)
            continue
        publication = value if equals else next(waiting, "")
        if not publication:
            raise config.ConfigurationError("--publication: seen nothing after it, expected a directory.")
    return publication, rest


def _ask_django(arguments: list[str]) -> int:
    """Hand a word to Django, which ends the process itself where something is wrong."""
    if arguments == ["help"] and not os.path.exists(config.FILE_NAME) and config.DIRECTORY_VARIABLE not in os.environ:
        print(HELP, end="")
        return 0
    open_publication()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freiblatt.settings")
    from django.core.management import ManagementUtility
    from django.db.utils import OperationalError

    try:
        ManagementUtility(["freiblatt", *arguments]).execute()
    except OperationalError as error:
        if "--traceback" in arguments:
            raise
        reason = " ".join(str(error).split())
        raise ConsoleError(
            f"database: {reason}. If a table or column is missing, `freiblatt prepare` makes it; "
            "otherwise look at database_url and whether the database runs. --traceback shows all."
        ) from error
    return 0
