"""What readers may follow of a thread while they look: how many comments stand there."""

from collections.abc import Sequence

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from freiblatt.articles.models import ArticlePage
from freiblatt.articles.parts import Part
from freiblatt.articles.parts import register as register_part
from freiblatt.config import current
from freiblatt.discussion.models import Thread, thread_key
from freiblatt.discussion.reading import count_text
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


def live_news(article: ArticlePage, *, is_slice: bool = False) -> SafeString:
    """Return where readers are told of new comments on `article`, for `live.js`, in the active language. No query.

    "" where the operator lets nobody follow.

    `is_slice`: the page is itself a slice of the thread, so that what is new is found at its own address.
    """
    if not current().live_streams:
        return SafeString("")
    # /<front page>/<section>/<article>/
    place = article.url_path.strip("/").split("/")[-2:]
    # With the sign that the module replaces by a number; every language here has one form for all numbers above one.
    several = 2
    return render_to_string(
        "discussion/live.html",
        {
            "channel": thread_key(article.pk),
            "slice_url": "" if is_slice else reverse("thread", args=place),
            "newest_url": reverse("thread_newest", args=place),
            "count_one": count_text(1),
            "count_many": count_text(several).replace(str(several), "%"),
            "new_one": _new_text(1),
            "new_many": _new_text(several).replace(str(several), "%"),
        },
    )


def _new_text(number: int) -> str:
    return ngettext("%(count)d new comment", "%(count)d new comments", number) % {"count": number}


def register_channels() -> None:
    """Let readers follow threads, and tell them of it below. Called once, when the applications are ready."""
    register(KIND, find_threads)
    register_part(Part(name="live", medium="page", place="end", order=101, render=live_news, keys=lambda _article: []))
