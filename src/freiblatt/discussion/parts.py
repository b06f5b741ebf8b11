"""What the room adds to an article's page: the thread below it, its count beside the byline, passages in the text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from freiblatt.articles import drawing
from freiblatt.articles.parts import Part, register

if TYPE_CHECKING:
    from freiblatt.articles.models import ArticlePage


#: The key of every page on which the desk's decisions for all threads show.
SETTINGS_KEY = "discussion"


def fetch_threads(articles: "Sequence[ArticlePage]") -> None:
    """Note on each article its thread, with one query for all; once, though both parts ask for it."""
    from freiblatt.discussion.models import Thread

    missing = [article for article in articles if not hasattr(article, "noted_thread")]
    threads = {thread.article_id: thread for thread in Thread.objects.filter(article__in=missing)} if missing else {}
    for article in missing:
        article.noted_thread = threads.get(article.pk)  # type: ignore[attr-defined]


def render_thread(article: "ArticlePage") -> str:
    """Return the first slice of the thread under `article` as safe HTML; "" where nothing is said yet.

    `fetch_threads` has been called with the article before.
    """
    from freiblatt.discussion.forms import CommentForm
    from freiblatt.discussion.hours import notes_for_writers
    from freiblatt.discussion.models import DiscussionSettings
    from freiblatt.discussion.reading import show_thread

    thread = article.noted_thread  # type: ignore[attr-defined]
    if thread is None:
        return ""
    settings = DiscussionSettings.load()
    shown = show_thread(thread, article=article, settings=settings)
    if not shown.comments and not shown.lost and not shown.write_url:
        return ""
    notes = notes_for_writers(thread, settings)
    return render_to_string("discussion/thread.html", {"thread": shown, "form": CommentForm(), "notes": notes})


def render_count(article: "ArticlePage") -> str:
    """Return "9 comments" as a link to the thread, from the article or from a list; "" where there are none.

    `fetch_threads` has been called with the article before.
    """
    from freiblatt.discussion.reading import count_text

    thread = article.noted_thread  # type: ignore[attr-defined]
    if thread is None or not thread.n_public:
        return ""
    return format_html('<a href="{}#discussion">{}</a>', article.get_url() or "", count_text(thread.n_public))


def tell_consequence(article: "ArticlePage") -> str:
    """Return how many comments go with `article`, for whoever withdraws it; "" where there are none."""
    from freiblatt.discussion.models import Thread
    from freiblatt.discussion.reading import count_text

    thread = Thread.objects.filter(article=article).first()
    return count_text(thread.n_public) if thread and thread.n_public else ""


def keys(article: "ArticlePage") -> list[str]:
    """Return the keys that both parts show."""
    from freiblatt.discussion.models import thread_key

    return [thread_key(article.pk), SETTINGS_KEY]


def render_lost(article: "ArticlePage") -> str:
    """Return the passages that are no longer in the text, as safe HTML; "" where none were lost."""
    from freiblatt.discussion.reading import render_lost

    return render_lost(article)


def draw_passages(article: "ArticlePage", blocks: "Sequence[tuple[str, str, SafeString]]") -> "list[SafeString]":
    """Return the blocks of the body with the passages that readers and the newsroom speak of."""
    from freiblatt.discussion.reading import draw_passages

    return draw_passages(article, blocks)


def passage_keys(article: "ArticlePage") -> list[str]:
    """Return the key of what is drawn into the article."""
    from freiblatt.discussion.models import passages_key

    return [passages_key(article.pk)]


def register_parts() -> None:
    """Offer both parts to the articles room. Called once, when the applications are ready."""
    common: dict[str, Any] = {"medium": "page", "order": 100, "keys": keys, "is_apart": True, "prepare": fetch_threads}
    register(Part(name="discussion", place="end", render=render_thread, **common))
    register(
        Part(name="lost_passages", medium="page", place="after_body", order=900, render=render_lost, keys=passage_keys)
    )
    drawing.register(drawing.Drawer(name="passages", draw=draw_passages, keys=passage_keys))
    register(Part(name="comment_count", place="byline", render=render_count, **common))
