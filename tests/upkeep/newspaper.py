"""The demo as a real publication: served by real processes, read page by page, changed while it is backed up."""

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.conftest import ROOT
from tests.processes import WAIT_SECONDS, end, wait_until

LINKED = re.compile(rb"""(?:href|src|srcset)="([^"]+)\"""")
#: What readers ask for beside the pages of the sitemap.
OTHERS = (
    "/feed.atom",
    "/feed.json",
    "/sitemap.xml",
    "/robots.txt",
    "/archiv/",
    "/en/archive/",
    "/there-is-no-such-page/",
)

MAKE = """
import os
from pathlib import Path
from freiblatt.cli.demo import open_demo
open_demo(Path(os.environ["DEMO"]), port=int(os.environ["DEMO_PORT"]))
"""

CHANGE = """
import sys, itertools
import django
django.setup()
from freiblatt.articles.actions import publish_article, write_article
from freiblatt.articles.models import ArticlePage
article = ArticlePage.objects.live().filter(locale__language_code="de").order_by("pk").first()
bylines = [(byline.author, byline.role) for byline in article.bylines.all()]
for number in itertools.count():
    article = write_article(section=article.section, article=article, title=f"Fassung {number}", bylines=bylines)
    publish_article(article=article)
    print(number, flush=True)
"""


class Newsroom:
    """A machine with one address at which one publication after the other is served."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    def environment(self, directory: Path | None = None) -> dict[str, str]:
        """Return the environment of processes that work on the publication in `directory`."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FREIBLATT_", "DJANGO_"))}
        return {
            **kept,
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "DJANGO_SETTINGS_MODULE": "freiblatt.settings",
            "FREIBLATT_URL": f"http://127.0.0.1:{self.port}",
            "FREIBLATT_SERVER_PORT": str(self.port),
            # A job that ends between two looks may change a page, and rightly.
            "FREIBLATT_SERVER_JOBS": "false",
            **({"FREIBLATT_PUBLICATION": str(directory)} if directory else {}),
        }

    def make(self, name: str) -> Path:
        """Make the demo; return its directory."""
        directory = self.folder / name
        subprocess.run(
            [sys.executable, "-c", MAKE],
            env={**self.environment(), "DEMO": str(directory), "DEMO_PORT": str(self.port)},
            check=True,
            capture_output=True,
        )
        (directory / "demo.json").unlink()  # from here on it is a publication like others
        return directory

    def freiblatt(self, *words: str, directory: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Return what a word of the console printed, and its status."""
        return subprocess.run(
            [sys.executable, "-m", "freiblatt", *words],
            env=self.environment(directory),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )

    def done(self, *words: str, directory: Path | None = None) -> str:
        """Return what a word printed that has to go well."""
        found = self.freiblatt(*words, directory=directory)
        assert found.returncode == 0, found.stdout + found.stderr
        return found.stdout

    def get(self, path: str) -> tuple[int, str, bytes]:
        """Return status, kind and body of an address."""
        asker = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        try:
            asker.request("GET", path)
            answer = asker.getresponse()
            return answer.status, answer.headers["content-type"] or "", answer.read()
        finally:
            asker.close()

    def answers(self) -> bool:
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    @contextmanager
    def serving(self, directory: Path) -> Iterator[subprocess.Popen[bytes]]:
        """Serve a publication as long as the context lasts; it is killed at the end."""
        log = self.folder / "serve.log"
        with log.open("ab") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "freiblatt", "serve"],
                env=self.environment(directory), stdout=output, stderr=output,
            )  # fmt: skip
        try:
            wait_until(lambda: self.answers() or server.poll() is not None, "the server")
            assert server.poll() is None, log.read_text()
            yield server
        finally:
            end(server)

    @contextmanager
    def changing(self, directory: Path) -> Iterator[subprocess.Popen[str]]:
        """Publish one version of an article after the other as long as the context lasts."""
        hand = subprocess.Popen(
            [sys.executable, "-c", CHANGE], env=self.environment(directory), stdout=subprocess.PIPE, text=True
        )
        try:
            assert hand.stdout
            assert hand.stdout.readline() == "0\n"
            yield hand
        finally:
            end(hand)  # type: ignore[arg-type]

    def crawl(self) -> dict[str, tuple[int, bytes]]:
        """Return every page of the sitemap, the feeds, and every local file and page that they name."""
        waiting = list(OTHERS)
        _status, _kind, sitemap = self.get("/sitemap.xml")
        waiting += [urlsplit(address.decode()).path for address in re.findall(rb"<loc>([^<]+)</loc>", sitemap)]
        found: dict[str, tuple[int, bytes]] = {}
        while waiting:
            path = waiting.pop()
            if path in found or path.startswith(("/admin/", "/-/")):
                continue
            status, kind, body = self.get(path)
            found[path] = status, body
            if kind.startswith("text/html") and status == 200:
                for address in LINKED.findall(body):
                    for one in address.decode().split(","):
                        place = urlsplit(one.split()[0] if one.split() else "")
                        if not place.netloc and place.path.startswith("/"):
                            waiting.append(place.path)
        return found
