"""The registry of what other rooms add to an article: the thread, later the support box, the notes.

A part is rendered in one *medium*: `page`, `feed`, `print`, `letter`. A part that changes much more often than the
article is *apart*: the page store keeps it as a fragment of its own and composes the page from both.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.db import connection
from django.utils.safestring import SafeString, mark_safe
from wagtail.models import Page

from freiblatt.pagestore import fragments

if TYPE_CHECKING:
    from freiblatt.articles.models import ArticlePage

Medium = Literal["page", "feed", "print", "letter"]
#: Where a part stands on the page. `byline` is a short promise beside the byline ("9 Kommentare").
Place = Literal["byline", "after_body", "end"]
PLACES: tuple[Place, ...] = ("byline", "after_body", "end")
#: Under this name the page store composes parts that are apart; the argument is `page/<name of the part>/<article>`.
FRAGMENT = "part"
#: What a part that is apart finds of its article without another query.
FETCHED = ("id", "title", "slug", "url_path", "live", "locale", "page_ptr", "section", "published_on")


@dataclass(frozen=True)
class Part:
    """One room's addition to an article."""

    name: str
    medium: Medium
    place: Place
    order: int
    #: Return safe HTML, or "" for nothing. Called with the article.
    render: Callable[["ArticlePage"], str]
    #: Return the keys that the part shows, such as ["thread:12"].
    keys: Callable[["ArticlePage"], list[str]]
    #: Whether the page store keeps it as a fragment of its own.
    is_apart: bool = False
    #: Called once with all articles of a list before `render` is called for each, to fetch for all of them at once.
    prepare: Callable[[Sequence["ArticlePage"]], None] | None = None


_parts: dict[tuple[str, str], Part] = {}


def register(part: Part) -> None:
    """Add `part` to every article. Call it from `AppConfig.ready()`; raises ValueError on a taken name."""
    if (part.medium, part.name) in _parts:
        raise ValueError(f"A part named {part.name} is registered for {part.medium} already.")
    _parts[(part.medium, part.name)] = part


def parts_of(medium: Medium, place: Place) -> list[Part]:
    """Return the parts of one place in reading order."""
    found = [part for part in _parts.values() if part.medium == medium and part.place == place]
    return sorted(found, key=lambda part: (part.order, part.name))


def part_named(medium: Medium, name: str) -> Part | None:
    """Return one part, or None where no room offers it."""
    return _parts.get((medium, name))


def prepare(medium: Medium, place: Place, articles: "Sequence[ArticlePage]") -> None:
    """Let the parts of one place fetch what they need for all `articles` at once."""
    for part in parts_of(medium, place):
        if part.prepare and not part.is_apart and articles:
            part.prepare(articles)


def html_of_parts(medium: Medium, place: Place, article: "ArticlePage") -> list[SafeString]:
    """Return the safe HTML of each part of one place that has something to say; those apart as fragments.

    Beside the byline each is an element of its own; whether a fragment says anything shows when the page is composed.
    An article that was never stored, in its first preview, has none.
    """
    if article.pk is None:
        return []
    found = []
    for part in parts_of(medium, place):
        if part.is_apart:
            found.append(fragments.placeholder(FRAGMENT, f"{medium}/{part.name}/{article.pk}"))
        elif html := part.render(article):
            found.append(_in_place(place, html))
    return found


def keys_of_parts(medium: Medium, place: Place, article: "ArticlePage") -> list[str]:
    """Return the keys that the parts of one place show on the page itself; fragments carry their own."""
    if article.pk is None:
        return []
    return [key for part in parts_of(medium, place) if not part.is_apart for key in part.keys(article)]


def render_fragments(arguments: "Sequence[str]") -> dict[str, tuple[str, list[str]]]:
    """Return HTML and keys of each part that `arguments` name (`page/thread/12`); nothing where it does not exist.

    A fixed number of queries, however many articles are meant. Of an article only `FETCHED` is there already.
    """
    asked: dict[tuple[str, str], dict[int, str]] = {}
    for argument in arguments:
        medium, name, pk = argument.split("/")
        asked.setdefault((medium, name), {})[int(pk)] = argument
    wanted = {pk for pks in asked.values() for pk in pks}
    articles = _articles(wanted)
    found = {}
    for (medium, name), pks in asked.items():
        part = part_named(medium, name)  # type: ignore[arg-type]
        present = [articles[pk] for pk in pks if pk in articles] if part else []
        if part and part.prepare and present:
            part.prepare(present)
        for pk, argument in pks.items():
            article = articles.get(pk)
            if part is None or article is None:
                found[argument] = ("", [f"article:{pk}"])
            else:
                found[argument] = (_in_place(part.place, part.render(article)), part.keys(article))
    return found


def _articles(pks: set[int]) -> "dict[int, ArticlePage]":
    """Return the articles with these keys, with `FETCHED`.

    Written by hand: to put this statement together, and to build an article with all columns of three tables, Django
    takes longer than most parts, while the readers of a page on which something has changed wait.
    """
    from freiblatt.articles.models import ArticlePage

    places = ", ".join(["%s"] * len(pks))
    found = ArticlePage.objects.raw(f"{_select()} IN ({places})", sorted(pks)) if pks else ()
    return {article.pk: article for article in found}


@functools.cache
def _select() -> str:
    """Return the beginning of the statement that `_articles` sends."""
    from freiblatt.articles.models import ArticlePage

    quoted = connection.ops.quote_name
    fields = [ArticlePage._meta.get_field(name) for name in FETCHED]
    columns = ", ".join(f"{quoted(field.model._meta.db_table)}.{quoted(field.column)}" for field in fields)
    pages, articles = quoted(Page._meta.db_table), quoted(ArticlePage._meta.db_table)
    key = f"{articles}.{quoted('page_ptr_id')}"
    return f"SELECT {columns} FROM {articles} JOIN {pages} ON {pages}.id = {key} WHERE {key}"  # noqa: S608 (our names)


def _in_place(place: Place, html: str) -> SafeString:
    """Return what a part says as its place shows it: a fact beside the byline is an element, silence is none."""
    if place == "byline" and html:
        html = f"<span>{html}</span>"
    return mark_safe(html)  # noqa: S308 (a part promises safe HTML)
