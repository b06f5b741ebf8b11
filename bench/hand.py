"""The hand that changes a publication while it is measured: a process of its own that reads one command a line.

Each line is a JSON object with `do` and its arguments; each answer is one line of JSON with the CPU seconds it took.
The actions are the program's own, so the server learns of a change as it does in real life.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import django

from bench import forms

#: Paragraphs of the measured article: as many as a long report has.
PARAGRAPHS = 13


def fill(*, articles: int, comments: int, busy: int) -> dict[str, Any]:
    """Fill the archive, and add the measured articles: with nine comments, at most 1,000, and `busy`."""
    import random

    from wagtail.rich_text import RichText

    from bench import seed
    from freiblatt.articles.actions import publish_article, write_article
    from freiblatt.articles.models import Author, BylineRole, FrontPage, SectionPage
    from freiblatt.discussion.actions import open_thread
    from freiblatt.discussion.models import Comment, Thread

    seed.fill(articles=articles, comments=comments)
    chance = random.Random(1)
    front = FrontPage.objects.get(locale__language_code="de")
    section = SectionPage(title="Messung", slug="messung", locale=front.locale)
    front.add_child(instance=section)
    author = Author.objects.order_by("pk").first()
    for slug, count in (("ein-artikel", 9), ("gut-besprochen", min(1000, busy)), ("viel-besprochen", busy)):
        article = write_article(
            section=section,
            title=seed.words(chance, 9),
            slug=slug,
            standfirst=seed.words(chance, 25),
            bylines=[(author, BylineRole.TEXT)],
            body=[("text", RichText(seed.paragraphs(chance, PARAGRAPHS, length=100)))],
        )
        article = publish_article(article=article, published_on=datetime(2025, 8, 13, 7, 40, tzinfo=UTC))
        thread = Thread.objects.filter(article=article).first() or open_thread(article=article)
        first_pk = (Comment.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
        texts = [f"<p>{seed.words(chance, 40)}</p>" for _ in range(50)]
        made = seed.thread_of(chance, thread, article.published_on, count, first_pk, texts)
        Comment.objects.bulk_create(made, batch_size=seed.CHUNK)
        Thread.objects.filter(pk=thread.pk).update(n_public=count)
    _forget_sequences()
    return {}


def _forget_sequences() -> None:
    """Let PostgreSQL count on from the keys that were written by hand."""
    from django.core.management.color import no_style
    from django.db import connection
    from wagtail.models import Page

    from freiblatt.discussion.models import Comment

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Page, Comment]):
            cursor.execute(statement)
        cursor.execute("ANALYZE")


def comment(*, article: str, text: str) -> dict[str, Any]:
    """Add a comment below the article with this slug; tell its number and where it can be read."""
    from django.urls import reverse

    from freiblatt.articles.models import ArticlePage
    from freiblatt.discussion.actions import add_comment
    from freiblatt.discussion.models import Thread

    page = ArticlePage.objects.get(slug=article, section__slug="messung")
    made = add_comment(thread=Thread.objects.get(article=page), text=text, guest_name="Leser")
    return {"path": reverse("thread_newest", args=["messung", article]), "pk": made.pk}


def tell(*, article: str) -> dict[str, Any]:
    """Tell those who follow the discussion of a comment, without writing one; tell its channel."""
    from freiblatt.discussion.models import Thread
    from freiblatt.pagestore.actions import announce

    thread = Thread.objects.get(article__slug=article, article__section__slug="messung")
    announce(channel=thread.key, kind="comment", ref=1, counts={"comments": thread.n_public})
    return {"channel": thread.key}


def headline(*, article: str, text: str) -> dict[str, Any]:
    """Publish the article with another headline."""
    from freiblatt.articles.actions import publish_article, write_article
    from freiblatt.articles.models import ArticlePage

    page = ArticlePage.objects.get(slug=article, section__slug="messung")
    bylines = [(byline.author, byline.role) for byline in page.bylines.all()]
    publish_article(article=write_article(section=page.section, article=page, title=text, bylines=bylines))
    return {}


def write_for(*, article: str, rate: float, seconds: float, wait_seconds: float) -> dict[str, Any]:
    """Wait, then add comments at `rate` a second for `seconds`; tell how many were written, how many refused."""
    from django.db import OperationalError

    time.sleep(wait_seconds)
    written = refused = 0
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        try:
            comment(article=article, text="Noch ein Gedanke dazu.")
            written += 1
        except OperationalError:
            refused += 1
        time.sleep(max(0.0, begun + (written + refused) / rate - time.monotonic()))
    return {"written": written, "refused": refused}


VERBS: dict[str, Callable[..., dict[str, Any]]] = {
    "fill": fill,
    "comment": comment,
    "tell": tell,
    "headline": headline,
    "write_for": write_for,
    "post": forms.post,
    "vote": forms.vote,
    "slice_ms": forms.slice_ms,
}


def main() -> None:
    """Carry out the commands on standard input until it ends."""
    django.setup()
    for line in sys.stdin:
        command = json.loads(line)
        begun = time.process_time()
        answer = VERBS[command.pop("do")](**command)
        print(json.dumps({**answer, "cpu_seconds": time.process_time() - begun}), flush=True)


if __name__ == "__main__":
    main()
