"""What a reader's page shows of the discussion: the own comments, each with the way to its own page."""

from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import translation

from freiblatt.readers.sections import Section, register

if TYPE_CHECKING:
    from freiblatt.readers.models import Reader

#: Older ones are in the file with all data.
COMMENTS_SHOWN = 200


def render_comments(reader: "Reader") -> str:
    """Return the reader's comments, the newest first; "" where there are none."""
    from freiblatt.discussion.models import Comment
    from freiblatt.discussion.reading import Addresses
    from freiblatt.discussion.reading.letters import excerpt
    from freiblatt.discussion.tokens import reader_token

    own = Comment.objects.filter(reader=reader).select_related("thread__article__locale", "reader").order_by("-pk")
    shown = []
    for comment in own[:COMMENTS_SHOWN]:
        article = comment.thread.article
        with translation.override(article.locale.language_code):
            url = "" if comment.is_forgotten else Addresses(article).own(reader_token(comment))
        shown.append({"comment": comment, "headline": article.title, "excerpt": excerpt(comment, 160), "url": url})
    return render_to_string("discussion/reader_comments.html", {"comments": shown}) if shown else ""


def register_section() -> None:
    """Offer the section to the readers room. Called once, when the applications are ready."""
    register(Section(name="discussion", order=10, render=render_comments))
