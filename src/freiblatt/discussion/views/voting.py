"""Where readers vote."""

from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from freiblatt.discussion import actions
from freiblatt.discussion.models import Comment, CommentState, DiscussionSettings, Thread
from freiblatt.discussion.reading import Addresses, show_alone
from freiblatt.discussion.senders import Sender
from freiblatt.discussion.views.answers import public_article, thread_of
from freiblatt.discussion.views.taking import BUSY_SECONDS, later
from freiblatt.lib.ids import GREATEST_ID
from freiblatt.lib.origin import own_forms_only
from freiblatt.lib.private import private

#: Names of the buttons, and what each says.
VALUES = {"up": 1, "down": -1, "none": 0}


@private
@own_forms_only
@require_POST
def vote(request: HttpRequest, section: str, article: str) -> HttpResponse:
    """Count a vote, and answer with a page that says so and offers to change it; as JSON for the module that asks."""
    thread = thread_of(public_article(section, article))
    name = next((name for name in VALUES if name in request.POST), "")
    number = request.POST.get(name, "")
    if not number.isdecimal() or len(number) > 18 or int(number) > GREATEST_ID:
        raise Http404
    comment = Comment.objects.select_related("author").filter(pk=int(number), thread=thread).first()
    if comment is None:
        raise Http404
    known_by = request.POST.get("known_by", "")[:100]
    try:
        voted = actions.vote(comment=comment, sender=Sender.of(request), value=VALUES[name], known_by=known_by)
    except actions.TooManyError as error:
        return later(_answer(request, thread, comment, fault=str(error), status=429), error.wait_seconds)
    except actions.DiscussionError as error:
        return _answer(request, thread, comment, fault=str(error), status=409)
    except OperationalError:
        busy = _("Too much is going on at this moment; your vote was not counted. Please try again.")
        return later(_answer(request, thread, comment, fault=busy, status=503), BUSY_SECONDS)
    return _answer(request, thread, voted, value=VALUES[name])


def _answer(
    request: HttpRequest, thread: Thread, comment: Comment, *, value: int = 0, fault: str = "", status: int = 200
) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        facts: dict[str, Any] = {"fault": fault} if fault else {"up": comment.up, "down": comment.down, "mine": value}
        return JsonResponse(facts, status=status)
    addresses = Addresses(thread.article)
    context = {
        "page_title": _("Your vote"),
        "article": thread.article,
        "article_url": thread.article.get_url(request),
        # What the desk holds is not shown to whoever guesses its number.
        "comment": show_alone(comment, addresses) if comment.state == CommentState.PUBLIC else None,
        "comment_url": addresses.comment(comment.pk),
        "vote_url": addresses.vote,
        "has_down_votes": DiscussionSettings.load().has_down_votes,
        "is_for": not fault and value == 1,
        "is_against": not fault and value == -1,
        "fault": fault,
        "canonical_url": "",
        "is_indexed": False,
    }
    return render(request, "discussion/vote.html", context, status=status)
