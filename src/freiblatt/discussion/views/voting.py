"""Where readers vote."""

from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from freiblatt.discussion import actions
from freiblatt.discussion.current import current_settings
from freiblatt.discussion.models import Comment, CommentState, Thread
from freiblatt.discussion.parts import SETTINGS_KEY
from freiblatt.discussion.reading import Addresses, show_alone, show_thread
from freiblatt.discussion.senders import Sender
from freiblatt.discussion.views.answers import public_article, thread_of
from freiblatt.discussion.views.taking import BUSY_SECONDS, later, take
from freiblatt.lib.address_form import AddressForm
from freiblatt.lib.ids import GREATEST_ID
from freiblatt.lib.network import cut_address
from freiblatt.lib.origin import own_forms_only
from freiblatt.lib.private import private
from freiblatt.lib.rows import row
from freiblatt.pagestore.actions import keep

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
    comment = row(Comment, "id = %s AND thread_id = %s", [int(number), thread.pk])
    if comment is None:
        raise Http404
    known_by = request.POST.get("known_by", "")[:100]
    try:
        voted = actions.vote(comment=comment, sender=Sender.of(request), value=VALUES[name], known_by=known_by)
    except actions.TooManyError as error:
        return later(_answer(request, thread, comment, known_by, fault=str(error), status=429), error.wait_seconds)
    except actions.DiscussionError as error:
        return _answer(request, thread, comment, known_by, fault=str(error), status=409)
    except OperationalError:
        busy = _("Too much is going on at this moment; your vote was not counted. Please try again.")
        return later(_answer(request, thread, comment, known_by, fault=busy, status=503), BUSY_SECONDS)
    return _answer(request, thread, voted, known_by, value=VALUES[name])


def _answer(
    request: HttpRequest,
    thread: Thread,
    comment: Comment,
    known_by: str,
    *,
    value: int = 0,
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    if "application/json" in request.headers.get("Accept", ""):
        facts: dict[str, Any] = {"fault": fault} if fault else {"up": comment.up, "down": comment.down, "mine": value}
        return JsonResponse(facts, status=status)
    addresses = Addresses(thread.article)
    token = known_by if actions.reader_of(known_by) is not None else ""
    context = {
        "page_title": _("Your vote"),
        "token": token,
        "votes_url": addresses.votes_of(token) if token else "",
        "article": thread.article,
        "article_url": addresses.article,
        # What the desk holds is not shown to whoever guesses its number.
        "comment": show_alone(comment, addresses) if comment.state == CommentState.PUBLIC else None,
        "comment_url": addresses.comment(comment.pk),
        "vote_url": addresses.vote,
        "has_down_votes": current_settings().has_down_votes,
        "is_for": not fault and value == 1,
        "is_against": not fault and value == -1,
        "fault": fault,
        "canonical_url": "",
        "is_indexed": False,
    }
    return render(request, "discussion/vote.html", context, status=status)


@sensitive_post_parameters("address")
@own_forms_only
@require_http_methods(["GET", "HEAD", "POST"])
def reader_vote(request: HttpRequest, section: str, article: str) -> HttpResponse:
    """Ask readers who can still vote for their address; send the link to it, and say the same if it is unknown."""
    thread = _thread_with_votes(section, article)
    if request.method != "POST":
        keys = [thread.key, f"article:{thread.article_id}", SETTINGS_KEY, "site"]
        return keep(_ask(request, thread, AddressForm()), keys=keys)
    form = AddressForm(request.POST)

    def send(typed: dict[str, Any]) -> str:
        actions.send_voting_link(thread=thread, address=typed["address"], who=cut_address(request))
        return reverse("readers:sent")

    return take(form, send, lambda status: private(_ask)(request, thread, form, status=status), field="address")


def _ask(request: HttpRequest, thread: Thread, form: AddressForm, *, status: int = 200) -> HttpResponse:
    addresses = Addresses(thread.article)
    context = {
        "page_title": _("Vote with a confirmed address"),
        "article": thread.article,
        "article_url": addresses.article,
        "action": addresses.reader_vote,
        "form": form,
        "canonical_url": "",
        "is_indexed": False,
    }
    return render(request, "discussion/reader_vote.html", context, status=status)


@private
@require_safe
def reader_votes(request: HttpRequest, section: str, article: str, token: str, key: int = 0) -> HttpResponse:
    """Show a thread to the reader with this token, who can vote on it; others are asked for their address."""
    thread = _thread_with_votes(section, article)
    addresses = Addresses(thread.article)
    if actions.reader_of(token) is None:
        return HttpResponseRedirect(addresses.reader_vote)
    if key > GREATEST_ID:
        raise Http404
    shown = show_thread(thread, article=thread.article, settings=current_settings(), key=key, token=token)
    if key and not shown.comments:
        raise Http404
    context = {
        "page_title": _("Your votes"),
        "article": thread.article,
        "article_url": addresses.article,
        "thread": shown,
        "token": token,
        "canonical_url": "",
        "is_indexed": False,
    }
    return render(request, "discussion/reader_votes.html", context)


def _thread_with_votes(section: str, slug: str) -> Thread:
    """Return the thread below an article; 404 where nobody can vote."""
    thread = thread_of(public_article(section, slug))
    if not thread.is_open() or not current_settings().has_votes:
        raise Http404
    return thread
