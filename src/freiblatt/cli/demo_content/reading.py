"""Read the texts of the demo: a head of facts in TOML, then running text with a few marks, which a writer can edit.

Paragraphs are set apart by an empty line. `## ` begins a sub-heading, `- ` and `1. ` a list item, `***` is a divider;
`**bold**`, `*italic*`, `[words](address)`. Anything else stands between `::: kind name` and `:::`, as lines of
`field: value` and, below a line of three hyphens, its text. An address may be `article:NAME` or `plain:SLUG`.
"""

import html
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

#: Return the attributes of a link's opening tag.
LinkMaker = Callable[[str], str]

_HEAD = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n(.*)\Z", re.DOTALL)
_MONTHS = "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
_KEPT_TOGETHER = re.compile(rf"(?<=§) (?=\d)|(?<=\d) (?=%)|(?<=\d\.) (?={_MONTHS})")


@dataclass(frozen=True)
class Mark:
    """One block of a text: running text, or what stands between colons."""

    kind: str
    name: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Text:
    """One file: its name without ending, its head, its blocks."""

    name: str
    head: dict[str, Any]
    marks: list[Mark]


def read_texts(folder: str) -> list[Text]:
    """Return the texts of one folder of the demo, by name. Raises ValueError on a file without a head."""
    found = []
    for entry in sorted(files(__package__).joinpath(folder).iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".md"):
            found.append(read_text(entry.name.removesuffix(".md"), entry.read_text(encoding="utf-8")))
    return found


def read_text(name: str, source: str) -> Text:
    """Return one text. Raises ValueError where it has no head or a block without an end."""
    match = _HEAD.match(source.replace("\r\n", "\n"))
    if match is None:
        raise ValueError(f"{name}: expected a head between two lines of +++.")
    return Text(name, tomllib.loads(match[1]), list(_marks(name, match[2])))


def read_facts(path: str) -> dict[str, Any]:
    """Return what a TOML file of the demo says, or nothing where there is no such file."""
    entry = files(__package__).joinpath(path)
    return tomllib.loads(entry.read_text(encoding="utf-8")) if entry.is_file() else {}


def _marks(name: str, source: str) -> Iterator[Mark]:
    running: list[str] = []
    lines = iter(source.split("\n"))
    for line in lines:
        if not (line.startswith("::: ") or line.strip() == "***"):
            running.append(line)
            continue
        if "".join(running).strip():
            yield Mark("text", text="\n".join(running).strip())
        running = []
        if line.strip() == "***":
            yield Mark("divider")
            continue
        kind, _space, named = line.removeprefix("::: ").partition(" ")
        inside: list[str] = []
        for inner in lines:
            if inner.strip() == ":::":
                break
            inside.append(inner)
        else:
            raise ValueError(f"{name}: the block {kind} has no end.")
        yield _block(kind, named.strip(), inside)
    if "".join(running).strip():
        yield Mark("text", text="\n".join(running).strip())


def _block(kind: str, name: str, inside: list[str]) -> Mark:
    facts: dict[str, str] = {}
    for place, line in enumerate(inside):
        fact = re.match(r"([a-z_]+): (.*)", line)
        if fact is None:
            rest = inside[place + 1 :] if line.strip() == "---" else inside[place:]
            return Mark(kind, name, facts, tidy("\n".join(rest).strip()))
        facts[fact[1]] = tidy(fact[2].strip())
    return Mark(kind, name, facts)


def tidy(text: str) -> str:
    """Return the text with spaces that do not break in dates, percentages and paragraphs of law."""
    return _KEPT_TOGETHER.sub("\N{NARROW NO-BREAK SPACE}", text)


def rich_text(source: str, link: LinkMaker) -> str:
    """Return running text as the HTML that rich-text fields keep; `link` makes the attributes of links."""
    parts = []
    for paragraph in re.split(r"\n\s*\n", source):
        lines = paragraph.strip().split("\n")
        if lines[0].startswith("## "):
            parts.append(f"<h2>{_inline(lines[0][3:], link)}</h2>")
        elif all(line.startswith("- ") for line in lines):
            parts.append("<ul>" + "".join(f"<li>{_inline(line[2:], link)}</li>" for line in lines) + "</ul>")
        elif all(re.match(r"\d+\. ", line) for line in lines):
            items = (line.split(". ", 1)[1] for line in lines)
            parts.append("<ol>" + "".join(f"<li>{_inline(item, link)}</li>" for item in items) + "</ol>")
        else:
            parts.append(f"<p>{_inline(' '.join(lines), link)}</p>")
    return "".join(parts)


def _inline(source: str, link: LinkMaker) -> str:
    text = html.escape(tidy(source), quote=False)
    text = re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", lambda match: f"<a {link(match[2])}>{match[1]}</a>", text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"\*(.+?)\*", r"<i>\1</i>", text)
    return re.sub(r"`(.+?)`", r"\1", text)
