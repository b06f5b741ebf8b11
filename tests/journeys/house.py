"""A newsroom's house: a publication that the console made, its server, its job worker, and a mail server beside it."""

import http.client
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.letters.office import Office
from tests.processes import WAIT_SECONDS, Served, environment_of, free_port, publication_directory, wait_until


class House(Served):
    """What is at work in it, and the way in for those who keep the keys of the server."""

    def __init__(self, directory: Path, environment: dict[str, str], port: int, office: Office) -> None:
        super().__init__(directory, environment, port)
        self.office = office
        # Passkeys belong to a name.
        self.url = f"http://localhost:{port}"

    def console(self, *words: str) -> str:
        """Return what `freiblatt WORDS` prints."""
        command = [sys.executable, "-m", "freiblatt", *words]
        done = subprocess.run(command, cwd=self.directory, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def get(self, path: str, *, method: str = "GET", body: str | None = None, **headers: str) -> tuple[int, str]:
        """Ask at the publication's name; what is no text comes as far as it can be read."""
        asker = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        try:
            asker.request(method, path, body, {"Host": f"localhost:{self.port}", **headers})
            answer = asker.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        finally:
            asker.close()

    def letters_to(self, address: str) -> list[EmailMessage]:
        """Return what the mail server took for `address`, in order."""
        return [one for one in self.office.taken if one.envelope_to == [address]]

    def letter_to(self, address: str, word: str) -> str:
        """Return the text of the last letter to `address` with `word` in its subject, once it is there."""

        def found() -> list[EmailMessage]:
            return [one for one in self.letters_to(address) if word in one["Subject"]]

        wait_until(found, f"a letter on “{word}” to {address}")
        return found()[-1].get_body(("plain",)).get_content()


def link_in(text: str) -> str:
    """Return the first link in a text."""
    found = re.search(r"https?://\S+", text)
    assert found, text
    return found[0]


@contextmanager
def opened_house(directory: Path, blocker: Any, *, name: str) -> Iterator[House]:
    """Make a publication in German and English and serve it; letters go to a mail server of the tests.

    This process looks at its database too, see `publication_directory`.
    """
    port, office = free_port(), Office()
    facts = {
        "name": name,
        "url": f"http://localhost:{port}",
        "server_port": port,
        "language": "de",
        "mail_url": f"smtp://127.0.0.1:{office.open()}?tls=none",
        "mail_from": "redaktion@example.org",
    }
    try:
        with publication_directory(directory, blocker, **facts) as database_url:
            with (directory / "freiblatt.toml").open("a") as file:
                file.write('languages = ["de", "en"]\n')
            house = House(directory, environment_of(directory, database_url=database_url), port, office)
            try:
                house.console("prepare")
                house.serve()
                yield house
            finally:
                house.end()
    finally:
        office.close()
