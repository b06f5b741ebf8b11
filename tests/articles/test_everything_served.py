"""A withdrawn article is nowhere: not in any answer of a real server, not in any file that a web server may read."""

import gzip
import hashlib
import http.client
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

import brotli
import pytest

from tests.articles.process_newsroom import NOTICE, REASON, SLUG, WORDS
from tests.commands import command
from tests.processes import (
    WAIT_SECONDS,
    Served,
    environment_of,
    free_port,
    publication_directory,
    wait_until,
)

pytestmark = pytest.mark.process

#: From here everything that is served is found by following addresses.
SEEDS = ["/", "/en/", "/robots.txt", "/sitemap.xml", "/sitemap-news.xml", "/feed.atom", "/feed.json", "/archiv/"]
ADDRESS = re.compile(
    r"""(?:href|src|poster|content|term)=["']([^"']+)["']|<(?:loc|uri|id|icon)>([^<]+)<|"(https?:[^"]+)\""""
)
CANDIDATES = re.compile(r"""srcset=["']([^"']+)["']""")
#: Whatever shows one of these speaks of the article.
TELLING = [*WORDS.values(), SLUG, REASON.split(":")[0]]
#: Asked often enough that every worker has answered.
TIMES = 6


class Answer(NamedTuple):
    status: int
    head: str
    body: bytes

    @property
    def text(self) -> str:
        return f"{self.head}\n{self.body.decode('utf-8', 'replace')}"


class Watched(Served):
    """A served publication, looked at from outside and through its public directories."""

    newsroom: subprocess.Popen[bytes] | None = None

    def do(self, verb: str, **arguments: str) -> dict[str, Any]:
        """Let the newsroom do something; return what it says, or {} where it died."""
        if self.newsroom is None or self.newsroom.poll() is not None:
            self.newsroom = self.start("tests.articles.process_newsroom", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return command(self.newsroom, verb, **arguments) or {}

    def ask(self, path: str) -> Answer:
        """Return the answer to one reader on a fresh connection."""
        asker = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        try:
            asker.request("GET", path)
            answer = asker.getresponse()
            return Answer(answer.status, str(answer.headers), answer.read())
        finally:
            asker.close()

    def crawl(self, *known: str) -> dict[str, Answer]:
        """Return every answer that can be reached from the front pages, feeds and sitemaps, and those of `known`."""
        answers: dict[str, Answer] = {}
        waiting = [*SEEDS, *known]
        while waiting:
            path = waiting.pop()
            if path in answers or path.startswith(("/admin/", "/static/")):
                continue
            answers[path] = answer = self.ask(path)
            text = answer.body.decode("utf-8", "replace")
            # Full text stands escaped in Atom, and in JSON with its own marks.
            for version in (answer.text, unescape(text), text.replace('\\"', '"')):
                waiting += self._addresses_in(version, path)
        return answers

    def _addresses_in(self, text: str, path: str) -> Iterator[str]:
        found = ["".join(groups) for groups in ADDRESS.findall(text)]
        found += [one.split()[0] for some in CANDIDATES.findall(text) for one in some.split(",") if one.strip()]
        found += re.findall(r"^(?:location|Location|Sitemap): (\S+)", text, re.MULTILINE)
        for address in found:
            if not address.startswith(("/", "http")):
                continue  # words of the head; all our links are written from the root
            parts = urlsplit(urljoin(f"http://127.0.0.1:{self.port}{path}", unescape(address)))
            if parts.port == self.port and parts.path.startswith("/") and " " not in parts.path:
                yield parts.path + (f"?{parts.query}" if parts.query else "")

    def public_files(self) -> Iterator[tuple[Path, bytes]]:
        """Give every file that a web server in front may read, unpacked."""
        opened = {".br": brotli.decompress, ".gz": gzip.decompress}
        for folder in ("media", "var/pages", "var/static"):
            for path in sorted((self.directory / folder).rglob("*")):
                if path.is_file():
                    content = path.read_bytes()
                    yield path, opened.get(path.suffix, bytes)(content)

    def copies_of(self, path: str) -> list[Path]:
        """Return the finished files of a page."""
        return [one for one in self.directory.glob(f"var/pages/*/reader/*{path}index.html*") if not one.is_symlink()]

    def traces(self, told: dict[str, Any], fingerprints: set[str], *known: str) -> list[str]:
        """Return where the article can still be found: in answers, and in files that a web server may read."""
        return [*self.told_by(self.crawl(*known), fingerprints), *self.told_by_files(told, fingerprints)]

    def told_by(self, answers: dict[str, Answer], fingerprints: set[str]) -> list[str]:
        """Return which of these answers speak of the article."""
        found = []
        for path, answer in answers.items():
            found += [f"{path}: {word}" for word in TELLING if word in answer.text]
            if hashlib.sha256(answer.body).hexdigest() in fingerprints:
                found.append(f"{path}: a file's bytes")
        return found

    def told_by_files(self, told: dict[str, Any], fingerprints: set[str]) -> list[str]:
        """Return which files that a web server may read speak of the article, or are its own."""
        found = []
        for path, content in self.public_files():
            found += [f"{path}: {word}" for word in TELLING if word.encode() in content]
            if hashlib.sha256(content).hexdigest() in fingerprints or str(path).endswith(tuple(told["own_names"])):
                found.append(f"{path}: a file of the article")
        return found


@pytest.fixture
def publication(tmp_path: Path, django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Watched]:
    directory, port = tmp_path / "publication", free_port()
    facts = {"url": f"http://127.0.0.1:{port}", "server_port": port, "language": "de", "server_jobs": False}
    with publication_directory(directory, django_db_blocker, **facts) as database_url:
        with (directory / "freiblatt.toml").open("a") as file:
            file.write('languages = ["de", "en"]\n')
        one = Watched(directory, environment_of(directory, database_url=database_url), port)
        try:
            yield one
        finally:
            one.end()


def fingerprints_of(publication: Watched, told: dict[str, Any]) -> set[str]:
    files = [publication.directory / "media" / name for name in told["own_names"]]
    return {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_nothing_that_is_served_tells_of_a_withdrawn_article(publication: Watched, tmp_path: Path) -> None:
    told = publication.do("fill")
    publication.serve("--workers", "2")

    before = publication.crawl(*told["own"])
    seen = "\n".join(answer.text for answer in before.values())
    assert {name for name, word in WORDS.items() if word not in seen} == set()
    assert {path for path in told["own"] if before[path].status != 200} == set()
    fingerprints = fingerprints_of(publication, told)
    assert fingerprints <= {hashlib.sha256(answer.body).hexdigest() for answer in before.values()}
    # A restarted program and a web server in front read these.
    wait_until(lambda: len(publication.copies_of(told["page"])) >= 3, "the finished page on disk")
    (tmp_path / "kept").mkdir()
    for one in publication.copies_of(told["page"]):
        shutil.copy(one, tmp_path / "kept")
    folder = publication.copies_of(told["page"])[0].parent

    publication.do("withdraw")
    assert [path for path in told["own"] for _ in range(TIMES) if publication.ask(path).status != 410] == []
    assert publication.traces(told, fingerprints, *before) == []
    assert NOTICE in publication.ask(told["page"]).text
    assert publication.ask(told["own"][-1]).body.decode() == f"{NOTICE}\n"
    assert "noindex" in publication.ask(told["page"]).text
    assert [path for path in told["shared"] if publication.ask(path).status != 200] == []
    other = publication.ask("/europa/ein-anderer-artikel/")
    assert "<a>berichtet</a>" in other.text

    # What the search would have found: each of these is one thing not cleaned.
    assert publication.told_by(before, fingerprints)
    for kept in (tmp_path / "kept").iterdir():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(kept, folder)
        assert publication.told_by_files(told, fingerprints), kept
        (folder / kept.name).unlink()
    withheld = publication.directory / "originals" / "withheld"
    for name in told["own_names"]:
        shutil.copy(withheld / name, publication.directory / "media" / name)
        assert publication.told_by_files(told, fingerprints), name
        (publication.directory / "media" / name).unlink()
    assert publication.traces(told, fingerprints, *told["own"]) == []

    publication.do("publish")
    after = publication.crawl(*told["own"])
    assert {path for path in told["own"] for _ in range(TIMES) if publication.ask(path).status != 200} == set()
    assert {name for name, word in WORDS.items() if word not in "".join(a.text for a in after.values())} == set()
    assert {path for path, answer in after.items() if NOTICE in answer.text} == set()


def test_killed_before_the_commit_changes_nothing(publication: Watched) -> None:
    told = publication.do("fill")
    publication.serve("--workers", "2")
    assert publication.do("withdraw_and_die", before="commit") == {}
    assert {publication.ask(path).status for path in told["own"]} == {200}


def test_killed_after_the_commit_it_is_gone_all_the_same(publication: Watched) -> None:
    told = publication.do("fill")
    publication.serve("--workers", "2")
    before = publication.crawl(*told["own"])
    fingerprints = fingerprints_of(publication, told)
    assert publication.do("withdraw_and_die", before="effects") == {}
    # Servers that live carry out what the killed process meant to mark …
    wait_until(lambda: publication.ask(told["page"]).status == 410, "the sweep of the journal")
    # … and the worker moves the files.
    publication.start("freiblatt", "worker")
    names = [publication.directory / "media" / name for name in told["own_names"]]
    wait_until(lambda: not any(name.exists() for name in names), "the job")
    assert publication.traces(told, fingerprints, *before) == []


def test_stopped_after_the_commit_it_is_gone_from_the_first_answer_on(publication: Watched) -> None:
    told = publication.do("fill")
    server = publication.serve("--workers", "1")
    assert publication.ask(told["page"]).status == 200
    wait_until(lambda: publication.copies_of(told["page"]), "the finished page on disk")
    server.terminate()
    server.wait()
    assert publication.do("withdraw_and_die", before="effects") == {}
    publication.serve("--workers", "1")
    assert publication.ask(told["page"]).status == 410
    assert publication.copies_of(told["page"]) == []
