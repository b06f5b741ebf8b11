"""Where readers write: the form at an address of its own, its preview, and what happens to what was sent."""

from typing import Any

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from freiblatt.discussion import actions
from freiblatt.discussion.current import current_settings
from freiblatt.discussion.forms import CommentForm
from freiblatt.discussion.hours import notes_for_writers
from freiblatt.discussion.models import Comment, CommentKind, CommentState, Thread
from freiblatt.discussion.reading import Addresses, show_alone
from freiblatt.discussion.senders import Sender
from freiblatt.discussion.text import to_html
from freiblatt.discussion.tokens import Nonce, NonceError, make_nonce, read_nonce
from freiblatt.discussion.views.answers import public_article, thread_of
from freiblatt.discussion.views.taking import Fault, refused
from freiblatt.lib.ids import GREATEST_ID
from freiblatt.lib.origin import own_forms_only
from freiblatt.lib.private import private
from freiblatt.newsroom.models import StaffMember


@private
@own_forms_only
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, section: str, article: str) -> HttpResponse:
    """Take a new comment below an article, or show the form for it."""
    return _write(request, thread_of(public_article(section, article)), parent=None)


@private
@own_forms_only
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, section: str, article: str, pk: int) -> HttpResponse:
    """Take an answer to a comment, or show the form for it below that comment."""
    thread = thread_of(public_article(section, article))
    if pk > GREATEST_ID:
        raise Http404
    parent = Comment.objects.select_related("author").filter(pk=pk, thread=thread).first()
    # A comment that is gone in the meantime must not cost a reader the text: the action says so.
    if parent is None or (request.method != "POST" and parent.state != CommentState.PUBLIC):
        raise Http404
    return _write(request, thread, parent=parent)


def _write(request: HttpRequest, thread: Thread, *, parent: Comment | None) -> HttpResponse:
    if request.method != "POST":
        form = CommentForm(initial={"nonce": make_nonce(thread.key)})
        return _form(request, thread, parent, form)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _form(request, thread, parent, form, status=422)
    fields = form.cleaned_data
    nonce = _nonce(thread, fields["nonce"])
    if nonce is None or "preview" in request.POST:
        # The form of a stored page carries no nonce: what it sends is shown first, with a form that has one.
        return _preview(request, thread, parent, form)
    try:
        posted = actions.post_comment(
            thread=thread,
            text=fields["text"],
            name=fields["name"],
            nonce=nonce,
            sender=Sender.of(request),
            parent=parent,
            kind=CommentKind.CORRECTION if fields["corrects"] else CommentKind.COMMENT,
            known_by=fields["known_by"],
            filled_hidden_field=bool(fields["website"]),
            wishes=form.wishes,
            chosen=form.chosen if parent is None else None,
        )
    except (actions.DiscussionError, OperationalError) as error:
        return _refused(request, thread, parent, form, error)
    return HttpResponseRedirect(Addresses(thread.article).own(posted.token), status=303)


def _nonce(thread: Thread, text: str) -> Nonce | None:
    try:
        return read_nonce(text, thread.key)
    except NonceError:
        return None


def _preview(request: HttpRequest, thread: Thread, parent: Comment | None, form: CommentForm) -> HttpResponse:
    """Show the comment as it will look. What is wrong with it is said now rather than after the second click."""
    try:
        actions.take_preview(Sender.of(request))
        text = actions.check_text(form.cleaned_data["text"])
        actions.check_name(form.cleaned_data["name"], reader=actions.reader_of(form.cleaned_data["known_by"]))
        actions.check_parent(thread, parent)
        if parent is None and (chosen := form.chosen) is not None:
            actions.check_passage(article_pk=thread.article_id, chosen=chosen)
        actions.check_open(thread)
    except actions.DiscussionError as error:
        return _refused(request, thread, parent, form, error)
    return _again(request, thread, parent, form, preview=to_html(text))


def _refused(
    request: HttpRequest, thread: Thread, parent: Comment | None, form: CommentForm, error: Fault
) -> HttpResponse:
    """Give the text back with a sentence that says why it was not taken."""
    if isinstance(error, actions.PassageError):
        form.without_passage()
    return refused(form, error, lambda status: _again(request, thread, parent, form, status=status))


def _again(
    request: HttpRequest, thread: Thread, parent: Comment | None, form: CommentForm, **shown: Any
) -> HttpResponse:
    """Show the form as it was sent, with a nonce that says that its text has been seen."""
    form.data = form.data.copy()
    form.data["nonce"] = make_nonce(thread.key, is_of_preview=True)
    return _form(request, thread, parent, form, **shown)


def _form(
    request: HttpRequest,
    thread: Thread,
    parent: Comment | None,
    form: CommentForm,
    *,
    preview: str = "",
    status: int = 200,
) -> HttpResponse:
    article = thread.article
    addresses = Addresses(article)
    context = {
        "page_title": _("Your answer") if parent else _("Your comment"),
        "label": _("Your answer") if parent else "",
        "article": article,
        "article_url": addresses.article,
        "thread_url": addresses.thread,
        "form": form,
        "action": addresses.answer(parent.pk) if parent else addresses.write,
        "parent": show_alone(parent, addresses) if parent and parent.state == CommentState.PUBLIC else None,
        "preview": preview,
        "is_open": thread.is_open(),
        "desk_url": _desk_url(request, thread, parent),
        "notes": notes_for_writers(thread, current_settings()),
        "canonical_url": "",
        "is_indexed": False,
    }
    return render(request, "discussion/write.html", context, status=status)


def _desk_url(request: HttpRequest, thread: Thread, parent: Comment | None) -> str:
    """Return where somebody of the newsroom who is signed in speaks as such; "" for readers. No page here is stored."""
    member = getattr(request, "user", None)
    if not isinstance(member, StaffMember) or not actions.may_speak(member, thread.article):
        return ""
    if parent is not None:
        return reverse("discussion_desk:answer", args=[parent.pk])
    return reverse("discussion_desk:ask", args=[thread.article_id])
