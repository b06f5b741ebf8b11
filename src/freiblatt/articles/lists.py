"""Pages of a list, from any place in it, by key: a page costs the same at the beginning and after 100,000 articles."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import Http404

from freiblatt.articles import parts
from freiblatt.articles.models.listing import Listing
from freiblatt.articles.teasers import Teaser, make_teasers

if TYPE_CHECKING:
    from freiblatt.articles.models import ArticlePage, Topic

#: A page of a list on a phone is some eight screens long; older articles are one link away.
LIST_LENGTH = 20
#: A month is read as a whole; even a busy newsroom's month fits on few pages.
MONTH_LENGTH = 50

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = re.compile(r"^(-?[0-9]{1,17})-([0-9]{1,18})$")


@dataclass(frozen=True)
class Cursor:
    """A place in a list: right after the article `article_pk` that is listed on `listed_on`."""

    listed_on: datetime
    article_pk: int

    def __str__(self) -> str:
        return f"{(self.listed_on - EPOCH) // timedelta(microseconds=1)}-{self.article_pk}"


def read_cursor(text: str) -> Cursor | None:
    """Return the place that `?before=` names, None for "". Raises Http404 for anything that no link of ours says."""
    if not text:
        return None
    match = CURSOR.match(text)
    try:
        if match:
            return Cursor(EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))
    except OverflowError:
        pass
    raise Http404("No such place in the list.")


@dataclass(frozen=True)
class ListPage:
    """A stretch of a list. The addresses are "" where there is nothing older or newer.

    `is_stable` says that the place asked for exists, so that the page may be kept under its address.
    """

    teasers: list[Teaser]
    older_url: str
    newer_url: str
    is_stable: bool
    before: str = ""

    def canonical(self, url: str) -> str:
        """Return the one address of this stretch of the list at `url`."""
        return f"{url}?before={self.before}" if self.before else url

    def keys(self) -> list[str]:
        """Return the keys of what the teasers show beside their articles."""
        return [key for teaser in self.teasers for key in parts.keys_of_parts("page", "byline", teaser.article)]

    def until(self) -> datetime | None:
        """Return when the first of the articles ends being public by the clock, or None."""
        return min((t.article.expire_at for t in self.teasers if t.article.expire_at), default=None)


def list_page(name: str, *, url: str, before: str = "", length: int = LIST_LENGTH) -> ListPage:
    """Return up to `length` articles of the list `name`, which stands at `url`, before the place `before`.

    Costs a fixed number of queries. Raises Http404 where `before` is no place.
    """
    cursor = read_cursor(before)
    rows = Listing.objects.filter(name=name)
    stretch = rows
    if cursor:
        # The outer bound lets the index begin at the place; the inner one alone would read the list from its start.
        stretch = rows.filter(listed_on__lte=cursor.listed_on).filter(
            Q(listed_on__lt=cursor.listed_on) | Q(article_id__lt=cursor.article_pk)
        )
    found = list(stretch.order_by("-listed_on", "-article_id").values_list("article_id", "listed_on")[: length + 1])
    older_url = ""
    if len(found) > length:
        pk, listed_on = found[length - 1]
        older_url = f"{url}?before={Cursor(listed_on, pk)}"
    newer_url, is_stable = _newer(rows, cursor, url, length) if cursor else ("", True)
    return ListPage(
        teasers=make_teasers(articles_in_order([pk for pk, _listed_on in found[:length]])),
        older_url=older_url,
        newer_url=newer_url,
        is_stable=is_stable,
        before=before,
    )


def _newer(rows: "QuerySet[Listing]", cursor: Cursor, url: str, length: int) -> tuple[str, bool]:
    """Return the address of the stretch before the one that begins after `cursor`, and whether `cursor` is a row."""
    newer = list(
        rows.filter(listed_on__gte=cursor.listed_on)
        .filter(Q(listed_on__gt=cursor.listed_on) | Q(article_id__gte=cursor.article_pk))
        .order_by("listed_on", "article_id")
        .values_list("article_id", "listed_on")[: length + 1]
    )
    if not newer:
        return "", False
    is_stable = newer[0] == (cursor.article_pk, cursor.listed_on)
    if len(newer) > length:
        pk, listed_on = newer[length]
        return f"{url}?before={Cursor(listed_on, pk)}", is_stable
    return url, is_stable


def articles_in_order(pks: Sequence[int]) -> "list[ArticlePage]":
    """Return the articles with these primary keys, in this order, with all that a teaser shows but not the body."""
    from freiblatt.articles.models import ArticlePage

    found = ArticlePage.objects.with_facts().defer("body").in_bulk(list(pks)) if pks else {}
    return [found[pk] for pk in pks if pk in found]


def newest_of_lists(names: Sequence[str], count: int) -> dict[str, list[int]]:
    """Return the primary keys of the `count` newest articles of each list, newest first, in one query."""
    if not names:
        return {}
    table = connection.ops.quote_name(Listing._meta.db_table)
    # One short walk along the index for each list; a window function would read every list to its end.
    walk = (
        f"SELECT * FROM (SELECT name, listed_on, article_id FROM {table} WHERE name = %s "  # noqa: S608 (no input)
        "ORDER BY listed_on DESC, article_id DESC LIMIT %s) AS walk_{place}"
    )
    statement = " UNION ALL ".join(walk.replace("{place}", str(place)) for place in range(len(names)))
    found: dict[str, list[int]] = {name: [] for name in names}
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for name in names for value in (name, count)])
        for name, _listed_on, pk in sorted(cursor.fetchall(), key=lambda row: (row[1], row[2]), reverse=True):
            found[name].append(pk)
    return found


def related_articles(article: "ArticlePage", topics: "Sequence[Topic]", count: int = 4) -> "list[ArticlePage]":
    """Return up to `count` articles on `topics` (the article's), newest first; then older ones of the same section.

    What follows up on an article shows on it, since it carries the keys of its topics. Neighbours in the section are
    older ones only, so that a new article in a large section leaves the pages of all others as they are.
    """
    from freiblatt.articles.models.listing import section_list, topic_list

    shared: dict[int, tuple[int, datetime]] = {}
    names = [topic_list(topic.pk) for topic in topics]
    for pk, listed_on in (
        Listing.objects.filter(name__in=names)
        .exclude(article_id=article.pk)
        .order_by("-listed_on", "-article_id")
        .values_list("article_id", "listed_on")[: count * max(len(names), 1)]
        if names
        else ()
    ):
        shared[pk] = (shared.get(pk, (0, listed_on))[0] + 1, listed_on)
    chosen = sorted(shared, key=lambda pk: (shared[pk], pk), reverse=True)[:count]
    if len(chosen) < count and article.section_id and article.published_on:
        neighbours = (
            Listing.objects.filter(name=section_list(article.section_id), listed_on__lte=article.published_on)
            .exclude(article_id__in=[article.pk, *chosen])
            .order_by("-listed_on", "-article_id")
            .values_list("article_id", flat=True)
        )
        chosen += neighbours[: count - len(chosen)]
    return articles_in_order(chosen)
