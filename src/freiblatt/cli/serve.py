"""Serve the publication until it is told to stop (Ctrl-C or SIGTERM)."""

import argparse
import os
import socket

from freiblatt.cli.start import ConsoleError
from freiblatt.config import PREFIX, Config, current


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what may differ from freiblatt.toml for this one run."""
    parser.add_argument("--host", help="address to listen on (default: server_host, 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: server_port, 8000)")
    parser.add_argument("--workers", type=int, help="server processes (default: server_workers, 1)")


def run(arguments: argparse.Namespace) -> int:
    """Serve; return the status with which the server ended."""
    for option in ("host", "port", "workers"):
        if (value := getattr(arguments, option)) is not None:
            # The processes of the server read the same configuration, so the option has to reach them all.
            os.environ[f"{PREFIX}SERVER_{option.upper()}"] = str(value)
    current.cache_clear()
    return serve(current())


def serve(config: Config) -> int:
    """Serve the publication of `config`, which is the current one; return the status with which the server ended."""
    config.make_directories()
    # First: where a server of this publication has the port, its process says more than the port.
    refuse_second_server(config)
    refuse_taken_port(config.server_host, config.server_port)
    from freiblatt.pagestore.serve import ServeError
    from freiblatt.pagestore.serve import serve as serve_pages
    from freiblatt.upkeep.actions import upgrade_note
    from freiblatt.upkeep.actions.moving import take_into_use

    def begin() -> None:
        upgrade_note.forget(config)
        take_into_use(config)

    try:
        return serve_pages(config, begun=begin)
    except ServeError as error:
        raise ConsoleError(str(error)) from error


def refuse_second_server(config: Config) -> None:
    """Raise ConsoleError where the publication of `config` is being served already."""
    from freiblatt.pagestore.serve import ServeError
    from freiblatt.pagestore.serve import refuse_second_server as refuse

    try:
        refuse(config)
    except ServeError as error:
        raise ConsoleError(str(error)) from error


def refuse_taken_port(host: str, port: int) -> None:
    """Raise ConsoleError where nobody can listen on `host` and `port`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host.strip("[]"), port))
    except OSError as error:
        raise ConsoleError(
            f"server_host, server_port: seen {host} and {port}, expected an address and a port that are free here "
            f"({error.strerror or error}). Another port: --port N."
        ) from error
