"""What the room adds to an article's page: the thread below it, and its count beside the byline."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.html import format_html

from freiblatt.articles.parts import Part, register

if TYPE_CHECKING:
    from freiblatt.articles.models import ArticlePage


def render_thread(article: "ArticlePage") -> str:
    """Return the first slice of the thread under `article` as safe HTML; "" where nothing is said yet."""
    from freiblatt.discussion.models import Thread
    from freiblatt.discussion.reading import show_thread

    thread = Thread.objects.filter(article=article.pk).first()
    if thread is None:
        return ""
    shown = show_thread(thread, article=article)
    if not shown.comments and not shown.lost:
        return ""
    return render_to_string("discussion/thread.html", {"thread": shown})


def count_comments(articles: "Sequence[ArticlePage]") -> None:
    """Note on each article how many public comments it has, with one query."""
    from freiblatt.discussion.models import Thread

    counts = dict(Thread.objects.filter(article__in=articles).values_list("article_id", "n_public"))
    for article in articles:
        article.n_comments = counts.get(article.pk, 0)  # type: ignore[attr-defined]


def render_count(article: "ArticlePage") -> str:
    """Return "9 comments" as a link to the thread, from the article or from a list; "" where there are none.

    `count_comments` has been called with the article before.
    """
    from freiblatt.discussion.reading import count_text

    n_public: int = article.n_comments  # type: ignore[attr-defined]
    if not n_public:
        return ""
    return format_html('<a href="{}#discussion">{}</a>', article.get_url() or "", count_text(n_public))


def keys(article: "ArticlePage") -> list[str]:
    """Return the key that both parts show."""
    from freiblatt.discussion.models import thread_key

    return [thread_key(article.pk)]


def register_parts() -> None:
    """Offer both parts to the articles room. Called once, when the applications are ready."""
    register(
        Part(name="discussion", medium="page", place="end", order=100, render=render_thread, keys=keys, is_apart=True)
    )
    register(
        Part(
            name="comment_count",
            medium="page",
            place="byline",
            order=100,
            render=render_count,
            keys=keys,
            is_apart=True,
            prepare=count_comments,
        )
    )
