"""The demo as a real publication: served by real processes, read page by page, changed while it is backed up.

It is made once and kept between runs as long as the source is the same; tests work on copies.
"""

import fcntl
import hashlib
import http.client
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from freiblatt.upkeep.actions.moving import write_key
from tests import postgres
from tests.conftest import CACHE, PATHS, ROOT, _schema_fingerprint, ask_postgres
from tests.processes import WAIT_SECONDS, end, free_port, need, wait_until

#: Status and body by address.
Pages = dict[str, tuple[int, bytes]]

LINKED = re.compile(rb"""(?:href|src|srcset)="([^"]+)\"""")
#: Links to forms, whose pages are made anew for everybody.
TO_FORMS = re.compile(rb'<a[^>]*\s(?:rel="nofollow"|class="say)[^>]*>')
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

#: Makes what `freiblatt demo` makes. A database that is there already has its tables, which take the longest.
MAKE = """
import os, secrets
from pathlib import Path
from freiblatt.cli.demo import VALUES
from freiblatt.cli.making import write_private
from freiblatt.cli.prepare import prepare_publication
from freiblatt.cli.start import use_publication
from freiblatt.config import FILE_NAME, SECRET_NAME, written
directory = Path(os.environ["DEMO"])
write_private(directory / SECRET_NAME, secrets.token_urlsafe(64))
write_private(directory / FILE_NAME, written(VALUES))
prepare_publication(use_publication(directory))
from freiblatt.cli.demo_content import fill
fill()
"""

#: Where every publication says it is, at whatever port it listens: it stands in its pages.
HOST = "127.0.0.1:8000"

CHANGE = """
import sys, itertools
import django
django.setup()
from freiblatt.articles.actions import publish_article, write_article
from freiblatt.articles.models import ArticlePage
article = ArticlePage.objects.live().filter(locale__language_code="de").order_by("pk").first()
bylines = [(byline.author, byline.role) for byline in article.bylines.all()]
addresses = [article.get_url(), article.section.get_url(), *(author.get_absolute_url() for author, _role in bylines)]
print(*addresses, flush=True)
for number in itertools.count():
    article = write_article(section=article.section, article=article, title=f"Fassung {number}", bylines=bylines)
    publish_article(article=article)
    print(number, flush=True)
"""


class Newsroom:
    """A machine with one address at which one publication after the other is served."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        #: Further variables of all its processes.
        self.variables: dict[str, str] = {}

    def environment(self, directory: Path | None = None) -> dict[str, str]:
        """Return the environment of processes that work on the publication in `directory`."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("FREIBLATT_", "DJANGO_"))}
        return {
            **kept,
            "PYTHONPATH": PATHS,
            "DJANGO_SETTINGS_MODULE": "freiblatt.settings",
            "FREIBLATT_URL": f"http://{HOST}",
            "FREIBLATT_SERVER_PORT": str(self.port),
            # A job that ends between two looks may change a page, and rightly.
            "FREIBLATT_SERVER_JOBS": "false",
            **self.variables,
            **({"FREIBLATT_PUBLICATION": str(directory)} if directory else {}),
        }

    def demo(self, name: str) -> Path:
        """Return the directory of a fresh copy of the demo, on SQLite. Needs `django_db_setup` to be quick."""
        kept = CACHE / f"demo-{_source_fingerprint()}"
        CACHE.mkdir(parents=True, exist_ok=True)
        with (CACHE / "demo-files.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # other test processes want it too
            if not kept.is_dir():
                self._make(kept)
        shutil.copytree(kept, self.folder / name, symlinks=True)
        return self.folder / name

    def demo_of_this_stage(self, name: str) -> Path:
        """Return the directory of a fresh copy of the demo, on the kind of database that the tests run on.

        It came to PostgreSQL by `freiblatt move-database`, once for all test processes.
        """
        directory = self.demo(name)
        if not (server := stage_server()):
            return directory
        kept = f"demo_{_source_fingerprint()}"
        with (CACHE / "demo-database.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not ask_postgres(f"SELECT 1 FROM pg_database WHERE datname = '{kept}'"):
                moved = self.demo(f"{name}-moved")
                self.done("move-database", new_database(server, f"{kept}_unfinished"), directory=moved)
                ask_postgres(f'ALTER DATABASE "{kept}_unfinished" RENAME TO "{kept}"')
            url = new_database(server, f"{name}_{secrets.token_hex(4)}", copy_of=kept)
        write_key(directory / "freiblatt.toml", "database_url", url)
        (directory / "freiblatt.sqlite3").unlink()
        return directory

    def _make(self, kept: Path) -> None:
        for outdated in [path for path in CACHE.glob("demo-*") if path.is_dir()]:
            shutil.rmtree(outdated)
        partial = kept.with_name(f"demo-{os.getpid()}")
        partial.mkdir()
        tables = CACHE / f"{_schema_fingerprint()}.sqlite3"
        if tables.is_file():
            shutil.copy(tables, partial / "freiblatt.sqlite3")
        subprocess.run(
            [sys.executable, "-c", MAKE],
            env={**self.environment(), "DEMO": str(partial)},
            check=True,
            capture_output=True,
        )
        partial.rename(kept)

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

    def noted(self, directory: Path) -> list[str]:
        """Return what operators did, as the log has it, oldest first."""
        ask = (
            "from wagtail.models import ModelLogEntry as E;"
            "print(*E.objects.filter(action__startswith='upkeep.').order_by('pk').values_list('action', flat=True))"
        )
        return self.done("shell", "--no-imports", "-c", ask, directory=directory).split()

    def get(self, path: str) -> tuple[int, str, bytes]:
        """Return status, kind and body of an address."""
        asker = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        try:
            asker.request("GET", path, headers={"Host": HOST})
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
    def changing(self, directory: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
        """Publish one version of an article after the other; give who does it and where its title stands."""
        hand = subprocess.Popen(
            [sys.executable, "-c", CHANGE], env=self.environment(directory), stdout=subprocess.PIPE, text=True
        )
        try:
            assert hand.stdout
            places = [urlsplit(address).path for address in hand.stdout.readline().split()]
            assert hand.stdout.readline() == "0\n"
            yield hand, [*places, *OTHERS, "/"]
        finally:
            end(hand)  # type: ignore[arg-type]

    def sample(self, number: int = 12) -> Pages:
        """Return the feeds and some pages of the sitemap, of every kind, as readers get them."""
        _status, _kind, sitemap = self.get("/sitemap.xml")
        listed = re.findall(rb"<loc>([^<]+)</loc>", b"".join(self.get(path)[2] for path in _paths(sitemap)))
        paths = [
            *OTHERS,
            "/",
            "/en/",
            *(urlsplit(one.decode()).path for one in listed[:: max(len(listed) // number, 1)]),
        ]
        return {path: (status, body) for path in paths for status, _kind, body in [self.get(path)]}

    def crawl(self) -> Pages:
        """Return every page of the sitemap, the feeds, and every local file and page that they name."""
        waiting = list(OTHERS)
        _status, _kind, sitemap = self.get("/sitemap.xml")
        waiting += _paths(sitemap)
        found: Pages = {}
        while waiting:
            path = waiting.pop()
            if path in found or path.startswith(("/admin/", "/-/")):
                continue
            status, kind, body = self.get(path)
            found[path] = status, body
            if kind.startswith("text/html") and status == 200:
                for address in LINKED.findall(TO_FORMS.sub(b"", body)):
                    for one in address.decode().split(","):
                        place = urlsplit(one.split()[0] if one.split() else "")
                        if not place.netloc and place.path.startswith("/"):
                            waiting.append(place.path)
        return found


def stage_server() -> str:
    """Return the address of a database on the server that the tests run on; nothing where that is SQLite."""
    url = os.environ.get("FREIBLATT_DATABASE_URL", "")
    return url if url.startswith("postgres") else ""


def new_database(server: str, name: str, *, copy_of: str = "template0") -> str:
    """Return the address of a new database on the server of the address `server`."""
    with psycopg.connect(server, autocommit=True) as session:
        session.execute(f'CREATE DATABASE "{name}" TEMPLATE "{copy_of}"')
    return server.rpartition("/")[0] + f"/{name}"


@contextmanager
def some_postgres() -> Iterator[str]:
    """Give the address of a database on a PostgreSQL server: the tests' own, else one that lives for the context."""
    if server := stage_server():
        yield server
        return
    try:
        postgres.programs()
    except postgres.PostgresError:
        need("PostgreSQL's server", is_there=False)
    with postgres.running() as address:
        yield address


def _paths(sitemap: bytes) -> list[str]:
    return [urlsplit(address.decode()).path for address in re.findall(rb"<loc>([^<]+)</loc>", sitemap)]


def _source_fingerprint() -> str:
    """Return a hash that changes with whatever the demo is made of."""
    digest = hashlib.sha256(MAKE.encode())
    for path in [*sorted((ROOT / "src").rglob("*")), ROOT / "constraints.txt"]:
        if path.is_file() and path.suffix not in (".pyc", ".mo"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def assert_same(pages: Pages, before: Pages) -> None:
    """Compare what readers got of the same addresses."""
    assert sorted(pages) == sorted(before)
    assert [path for path in before if pages[path] != before[path]] == []
