"""What readers may follow of a thread while they look: how many comments stand there."""

from collections.abc import Sequence

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.models import Thread, thread_key
from freiblatt.pagestore.live import Subject, register

#: The channel's kind: it is the thread's key of the page store.
KIND = "thread"


def find_threads(keys: Sequence[str]) -> dict[str, Subject]:
    """Return the threads under articles that everybody may read, by their keys. Two statements."""
    asked = {int(key) for key in keys if key.isascii() and key.isdecimal() and key[0] != "0" and len(key) < 19}
    articles = ArticlePage.objects.live().public().filter(pk__in=asked)
    found = Thread.objects.filter(article__in=articles).values_list("article_id", "n_public")
    return {
        str(article_id): Subject(keys=[f"article:{article_id}", thread_key(article_id)], counts={"comments": n_public})
        for article_id, n_public in found
    }


def register_channels() -> None:
    """Let readers follow threads. Called once, when the applications are ready."""
    register(KIND, find_threads)
