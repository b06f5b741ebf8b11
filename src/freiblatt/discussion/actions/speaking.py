"""The newsroom speaks: with the badge of an author or of the newsroom, which no name can imitate."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from freiblatt.articles.models import ArticlePage, Author
from freiblatt.discussion.actions.bookkeeping import announce, insert
from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.actions.news import note_news
from freiblatt.discussion.actions.posting import check_parent, check_text
from freiblatt.discussion.models import NAME_LENGTH, Comment, CommentState, Thread
from freiblatt.discussion.text import RULES_VERSION, tidy_name, to_html
from freiblatt.newsroom.models import PublicationSettings, StaffMember
from freiblatt.newsroom.roles import Role, holds


def may_speak(member: StaffMember, article: ArticlePage) -> bool:
    """Return whether a member may answer readers below an article: who looks after discussions, and its own authors."""
    if holds(member, Role.OWNER, Role.EDITOR, Role.MODERATOR):
        return True
    return holds(member, Role.AUTHOR) and (
        article.owner_id == member.pk or article.bylines.filter(author__staff_member=member).exists()
    )


def author_of(member: StaffMember, article: ArticlePage) -> Author | None:
    """Return as which author a member answers: the one over the article, else the first; None for no author."""
    own = list(Author.objects.filter(staff_member=member).order_by("pk"))
    over = {byline.author_id for byline in article.bylines.all()} if own else set()
    return next((author for author in own if author.pk in over), own[0] if own else None)


@transaction.atomic
def answer_as_staff(
    *,
    thread: Thread,
    text: str,
    by: StaffMember,
    parent: Comment | None = None,
    nonce: str = "",
    is_question: bool = False,
) -> Comment:
    """Return what the newsroom says in a thread: an answer to `parent`, or a comment of its own.

    It is public at once, also where readers can no longer write. With an author linked to the member it stands under
    the author's name and badge, else under the member's name with the newsroom's. `is_question` puts it on top of the
    thread. The same `nonce` twice is one comment. Raises DiscussionError for who may not, and what cannot be answered.
    """
    if nonce and (earlier := Comment.objects.filter(nonce=nonce, thread=thread).first()) is not None:
        return earlier
    found = Thread.objects.select_for_update(of=("self",)).select_related("article").get(pk=thread.pk)
    if not may_speak(by, found.article):
        raise DiscussionError(_("You may answer below your own articles."))
    source = check_text(text)
    check_parent(found, parent)
    comment = say(thread=found, source=source, by=by, parent=parent, nonce=nonce or None)
    if is_question:
        Thread.objects.filter(pk=found.pk).update(pinned=comment)
        announce(found)
    return comment


def say(*, thread: Thread, source: str, by: StaffMember, **facts: Any) -> Comment:
    """Return what a member says in public in `thread`, stored under the badge that is due; whoever follows is told.

    `thread` is locked and comes with its article; `source` is tidy. `facts` are further fields of the comment.
    """
    author = author_of(by, thread.article)
    comment = insert(
        Comment(
            thread=thread,
            state=CommentState.PUBLIC,
            source_text=source,
            html=to_html(source),
            html_rules_version=RULES_VERSION,
            author=author,
            guest_name="" if author is not None else name_of(by),
            is_by_staff=author is None,
            staff_member=by,
            **facts,
        )
    )
    note_news(comment)
    return comment


def name_of(member: StaffMember) -> str:
    """Return how readers see a member who is no author: by name, else as the publication; never by address."""
    names = (member.get_full_name(), PublicationSettings.load().name, settings.WAGTAIL_SITE_NAME)
    return next(filter(None, map(tidy_name, names)), pgettext("badge", "Newsroom"))[:NAME_LENGTH]
