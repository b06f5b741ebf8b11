"""What readers may have letters about, and the words by which they agree to it.

Each wish is a purpose of the readers room, with the consent and its proof, and a subscription of the letters room, with
the way out. Consents and subscriptions name their subject by the same key.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from freiblatt.readers import purposes

#: Purposes of consents. Subject: the comment; the comment; the article.
COMMENT = "discussion_comment"
ANSWERS = "discussion_answers"
THREAD = "discussion_thread"
#: Kinds of subscriptions. What becomes of one's own comments has no key, answers have the comment, threads the article.
OWN_COMMENTS = "own_comments"
COMMENT_ANSWERS = "comment_answers"
THREAD_NEWS = "thread"
#: Kinds for what was agreed to.
KINDS = {ANSWERS: COMMENT_ANSWERS, THREAD: THREAD_NEWS}

#: Exactly what the form shows. Whoever changes a sentence changes the version.
WORDINGS = {
    COMMENT: _(
        "Keep my address with this comment and with those that this device sends later: the name is reserved for me,"
        " and the newsroom tells me what it decides about them."
    ),
    ANSWERS: _("Write to me when somebody answers my comment. One click in each e-mail ends it."),
    THREAD: _("Write to me about new comments on this article. One click in each e-mail ends it."),
}
#: Characters of a comment in the letter that asks whether it was written by the address's owner.
LONGEST_QUOTE = 200
_LIKE_A_LINK = re.compile(r"://|@|\w\.\w|^www\b", re.IGNORECASE)
WORDING_VERSION = "2026-11-23"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What somebody who writes a comment wants letters about."""

    address: str = ""
    answers: bool = False
    thread: bool = False

    def __bool__(self) -> bool:
        return bool(self.address) or self.answers or self.thread


def about_article(pk: int) -> str:
    """Return what letters to readers about an article and its discussion are `about`."""
    return f"article:{pk}"


def register_purposes() -> None:
    """Name to the readers room what can be agreed to here. Called once, when the applications are ready."""
    purposes.register(purposes.Purpose(name=COMMENT, label=_("My comment"), describe=_of_comment, quote=_quote))
    purposes.register(purposes.Purpose(name=ANSWERS, label=_("Answers to my comment"), describe=_of_comment))
    purposes.register(purposes.Purpose(name=THREAD, label=_("New comments"), describe=_of_article))


def _of_comment(key: str) -> str:
    from freiblatt.discussion.models import Comment

    found = Comment.objects.filter(pk=key).values_list("thread__article__title", flat=True).first()
    return found or ""


def _quote(key: str) -> str:
    from freiblatt.discussion.models import Comment

    found = Comment.objects.filter(pk=key).first()
    return (
        f"{plainly(found.guest_name)}: {plainly(found.source_text)}" if found is not None and found.source_text else ""
    )


def plainly(text: str) -> str:
    """Return the beginning of what a stranger typed, on one line, without anything that a mailbox makes a link of."""
    words = " ".join("…" if _LIKE_A_LINK.search(word) else word for word in text.split())
    return words if len(words) <= LONGEST_QUOTE else f"{words[: LONGEST_QUOTE - 1].rstrip()}…"


def _of_article(key: str) -> str:
    from freiblatt.articles.models import ArticlePage

    return ArticlePage.objects.filter(pk=key).values_list("title", flat=True).first() or ""
