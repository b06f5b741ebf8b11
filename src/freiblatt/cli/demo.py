"""Make a demo publication, if it is not there yet, and serve it at http://127.0.0.1:8000 (PORT=N: another port).

Everything it makes is in ./demo-publication (or where --publication says) and is deleted with that directory.
"""

import argparse
import json
import os
import secrets
from pathlib import Path

from freiblatt.cli.making import make_publication, write_private
from freiblatt.cli.serve import refuse_second_server, refuse_taken_port, serve
from freiblatt.cli.start import UNFINISHED_NAME, ConsoleError, use_publication
from freiblatt.config import DIRECTORY_VARIABLE, FILE_NAME, PREFIX, Config, ConfigurationError

DIRECTORY_NAME = "demo-publication"
#: Tells a demo from a real publication, and keeps what is printed at every start.
DEMO_NAME = "demo.json"
PORT = 8000
HOST = "127.0.0.1"
VALUES = {
    "name": "Freiblatt",
    "language": "de",
    "languages": ["de", "en"],
    "security_contact": "mailto:security@example.org",
    # Looking round shall not begin with setting up a passkey; 127.0.0.1 could not have one anyway.
    "second_factor": [],
}
OWNER = "owner@example.org"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the port, or the wish for a check."""
    parser.add_argument("--port", type=int, help="port to serve it at (default: the variable PORT, else 8000)")
    parser.add_argument(
        "--check",
        action="store_true",
        help="make a throw-away demo, serve it on a free port, read its pages, print ok or what failed",
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve the demo, or check a throw-away one."""
    forget_other_publication()
    if arguments.check:
        from freiblatt.cli.demo_check import check_demo

        return check_demo()
    port = _port(arguments.port)
    directory = Path(arguments.publication or DIRECTORY_NAME).expanduser().resolve()
    config = open_demo(directory, port=port)
    sign_in = json.loads((directory / DEMO_NAME).read_text(encoding="utf-8"))
    print(
        f"\n  {config.name}:  {config.url}/\n"
        f"  The desk:   {config.url}/admin/\n"
        f"  Sign in as  {sign_in['email']}  with  {sign_in['password']}\n\n"
        f"  Everything is in {directory}; delete it to begin again. Ctrl-C stops.\n",
        flush=True,
    )
    return serve(config)


def forget_other_publication() -> None:
    """Forget what the environment says: it speaks of a real publication, whose database a demo must never fill."""
    for variable in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        del os.environ[variable]


def open_demo(directory: Path, *, port: int) -> Config:
    """Return the configuration of the demo in `directory` at `port`; make it first where there is none."""
    for key, value in {"URL": f"http://{HOST}:{port}", "SERVER_HOST": HOST, "SERVER_PORT": str(port)}.items():
        os.environ[PREFIX + key] = value
    is_finished = (directory / FILE_NAME).is_file() and not (directory / UNFINISHED_NAME).exists()
    if is_finished and not (directory / DEMO_NAME).is_file():
        raise ConsoleError(f"{directory}: this is a publication, but no demo. Nothing was changed.")
    if is_finished:
        refuse_second_server(use_publication(directory))
    refuse_taken_port(HOST, port)
    if not is_finished:
        make_publication(directory, VALUES, _fill)
    os.environ[DIRECTORY_VARIABLE] = str(directory)
    config = use_publication(directory)
    _follow_address(config)
    return config


def _port(asked: int | None) -> int:
    value = os.environ.get("PORT") if asked is None else str(asked)
    if not value:
        return PORT
    if not value.isdecimal() or not 1 <= int(value) <= 65535:
        raise ConfigurationError(f"{'PORT' if asked is None else '--port'}: seen {value!r}, expected 1 to 65535.")
    return int(value)


def _fill(config: Config) -> None:
    """Put articles, discussions and a staff account into a new demo."""
    from freiblatt.cli.demo_content import fill
    from freiblatt.newsroom.models import StaffMember

    password = secrets.token_urlsafe(12)
    owner = StaffMember.objects.create_superuser(OWNER, password)
    fill()
    write_private(
        config.directory / DEMO_NAME,
        json.dumps({"email": owner.email, "password": password, "url": config.url}, indent=2) + "\n",
    )


def _follow_address(config: Config) -> None:
    """Tell the database when the demo moved to another port since it was last served."""
    path = config.directory / DEMO_NAME
    known = json.loads(path.read_text(encoding="utf-8"))
    if known["url"] == config.url:
        return
    from freiblatt.cli.prepare import prepare_publication

    prepare_publication(config)
    write_private(path, json.dumps({**known, "url": config.url}, indent=2) + "\n")
