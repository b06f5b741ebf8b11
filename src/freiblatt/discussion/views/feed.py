"""The feed of one thread (Atom 1.0, RFC 4287)."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from freiblatt.discussion.models import Comment, CommentState
from freiblatt.discussion.reading import Addresses
from freiblatt.discussion.reading.words import shown_name
from freiblatt.discussion.views.answers import public_article, thread_of
from freiblatt.lib.addresses import absolute
from freiblatt.pagestore.actions import keep

#: The newest comments in the feed; who reads more seldom finds the others on the page.
COMMENTS_IN_FEED = 50
NEVER_UPDATED = datetime(2025, 1, 1, tzinfo=UTC)


class ThreadFeed(Atom1Feed):
    """Django's Atom writer; an empty feed has a date too, and the same one each time."""

    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else NEVER_UPDATED


@require_safe
def thread_feed(request: HttpRequest, section: str, article: str) -> HttpResponse:
    """Answer with the newest public comments, the newest first."""
    found = thread_of(public_article(section, article))
    addresses = Addresses(found.article)
    public = Comment.objects.in_thread(found).filter(state=CommentState.PUBLIC)
    comments = public.select_related("author", "parent__author").order_by("-pk")[:COMMENTS_IN_FEED]
    feed = ThreadFeed(
        title=_("Discussion: %(headline)s") % {"headline": found.article.title},
        link=absolute(addresses.thread),
        description="",
        language=get_language(),
        feed_url=absolute(addresses.feed),
        feed_guid=absolute(addresses.feed),
    )
    for comment in comments:
        answered = shown_name(comment.parent) if comment.parent is not None else ""
        title = _("%(name)s in answer to %(other)s") if answered else "%(name)s"
        feed.add_item(
            title=title % {"name": comment.name, "other": answered},
            link=absolute(addresses.comment(comment.pk)),
            unique_id=absolute(addresses.comment(comment.pk)),
            # Cleaned when it was written; a feed has no other policy to protect its reader.
            description=comment.html or f"<p>{escape(comment.source_text)}</p>",
            author_name=comment.name,
            pubdate=comment.created_on,
            updateddate=comment.edited_on or comment.created_on,
        )
    response = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    return keep(response, keys=[found.key, f"article:{found.article_id}", "site"])
