"""A writer's own page: what became of a comment, and the ways to change it or take it back."""

from typing import Any

from django.db import OperationalError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion import actions
from freiblatt.discussion.current import current_settings
from freiblatt.discussion.following import ANSWERS, COMMENT, THREAD
from freiblatt.discussion.forms import ObjectionForm, TextForm, WishesForm
from freiblatt.discussion.models import Comment, CommentState, DecisionKind, ObjectionSide
from freiblatt.discussion.reading import Addresses, show_alone
from freiblatt.discussion.reading.reasons import reasons_of, shown_objection
from freiblatt.discussion.senders import Sender
from freiblatt.discussion.text import to_html
from freiblatt.discussion.views.taking import BUSY_SECONDS, busy, later, take
from freiblatt.lib.network import cut_address
from freiblatt.lib.origin import own_forms_only
from freiblatt.lib.private import private
from freiblatt.readers.models import Consent


@private
@require_safe
def own(request: HttpRequest, token: str) -> HttpResponse:
    """Show a writer the own comment, whether others see it yet, and what can be done with it."""
    found = actions.of_token(token)
    if found is None:
        return _gone(request)
    language = found.thread.article.locale.language_code
    if language != get_language():
        with override(language):
            return HttpResponseRedirect(reverse("comment_own", args=[token]))
    return _own(request, found, token)


@private
@require_safe
def own_moved(request: HttpRequest, section: str, article: str, token: str) -> HttpResponse:
    """Lead from the address that a writer's own page once had, below the article."""
    return HttpResponseRedirect(reverse("comment_own", args=[token]))


@private
@own_forms_only
@require_POST
def own_edit(request: HttpRequest, token: str) -> HttpResponse:
    """Change the text."""
    found = actions.of_token(token)
    if found is None:
        return _gone(request)
    form = TextForm(request.POST)

    def edit(typed: dict[str, Any]) -> str:
        actions.edit_comment(comment=found, text=typed["text"])
        return Addresses(found.thread.article).own(token)

    return take(form, edit, lambda status: _own(request, found, token, form=form, status=status), field="text")


@private
@own_forms_only
@require_POST
def own_withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Take the comment back."""
    found = actions.of_token(token)
    if found is not None:
        try:
            actions.withdraw_comment(comment=found)
        except OperationalError:
            return later(_own(request, found, token, fault=busy(), status=503), BUSY_SECONDS)
    return _gone(request, found)


@private
@own_forms_only
@require_POST
def own_object(request: HttpRequest, token: str) -> HttpResponse:
    """Take the writer's objection to a decision of the desk."""
    found = actions.of_token(token)
    if found is None:
        return _gone(request)
    form = ObjectionForm(request.POST)

    def object_to_it(typed: dict[str, Any]) -> str:
        actions.object_as_writer(comment=found, text=typed["text"], sender=Sender.of(request))
        return Addresses(found.thread.article).own(token)

    def show(status: int) -> HttpResponse:
        return _own(request, found, token, objection_form=form, status=status)

    return take(form, object_to_it, show, field="text")


@sensitive_post_parameters("mail")
@private
@own_forms_only
@require_POST
def own_follow(request: HttpRequest, token: str) -> HttpResponse:
    """Have the writer told by letter of what they wish."""
    found = actions.of_token(token)
    if found is None:
        return _gone(request)
    form = WishesForm(request.POST)

    def follow(_typed: dict[str, Any]) -> str:
        actions.follow(comment=found, wishes=form.wishes, who=cut_address(request))
        return Addresses(found.thread.article).own(token)

    return take(form, follow, lambda status: _own(request, found, token, wishes=form, status=status), field="mail")


def letters_of(comment: Comment) -> dict[str, bool]:
    """Return what the writer of a comment is told by letter: what is confirmed, and what waits for a click."""
    subjects = Q(purpose__in=[COMMENT, ANSWERS], subject_key=str(comment.pk))
    if comment.reader_id is not None:
        subjects |= Q(purpose=THREAD, subject_key=str(comment.thread.article_id), reader=comment.reader_id)
    consents = Consent.objects.filter(subjects, withdrawn_at__isnull=True)
    found = {purpose: given_at is not None for purpose, given_at in consents.values_list("purpose", "given_at")}
    return {
        "is_asked": False in found.values(),
        "is_known": comment.reader_id is not None,
        "answers": found.get(ANSWERS, False),
        "thread": found.get(THREAD, False),
    }


def _own(
    request: HttpRequest,
    comment: Comment,
    token: str,
    *,
    form: TextForm | None = None,
    objection_form: ObjectionForm | None = None,
    wishes: WishesForm | None = None,
    fault: str = "",
    status: int = 200,
) -> HttpResponse:
    article = comment.thread.article
    article_url = _article_url(request, article)
    addresses = Addresses(article)
    settings = current_settings()
    can_be_edited = actions.can_be_edited(comment, settings)
    if wishes is None and comment.state in (CommentState.PUBLIC, CommentState.WAITING):
        wishes = WishesForm()
    if form is None and can_be_edited:
        form = TextForm(initial={"text": comment.source_text})
    decision = actions.standing_decision(comment)
    objection = decision.objections.filter(side=ObjectionSide.WRITER).first() if decision is not None else None
    can_object = actions.can_writer_object(decision)
    context = {
        "page_title": _("Your comment"),
        "article": article,
        "article_url": article_url,
        "thread_url": addresses.thread,
        "comment": show_alone(comment, addresses, is_for_writer=True),
        "comment_url": addresses.comment(comment.pk) if comment.slot and article_url else "",
        "is_public": comment.state == CommentState.PUBLIC,
        "is_waiting": comment.state == CommentState.WAITING,
        "is_refused": comment.state == CommentState.REFUSED,
        "is_removed": comment.state == CommentState.REMOVED,
        # What the decision is about, for the writer alone: readers see it no more.
        "removed_text": mark_safe(to_html(comment.source_text)) if comment.state == CommentState.REMOVED else "",  # noqa: S308 (cleaned)
        "is_text_gone": comment.state == CommentState.REMOVED and not comment.source_text,
        "is_held": decision is not None and decision.kind == DecisionKind.HELD,
        "reasons": reasons_of(decision, comment) if decision is not None else None,
        "objection": shown_objection(objection),
        "objection_form": (objection_form or ObjectionForm()) if can_object or objection_form else None,
        "object_url": addresses.own_object(token),
        "objection_days": settings.objection_days,
        "rules_url": reverse("house_rules"),
        "form": form,
        "edit_url": addresses.own_edit(token),
        "withdraw_url": addresses.own_withdraw(token),
        "can_be_edited": can_be_edited,
        "stands_as_it_is": comment.state in (CommentState.PUBLIC, CommentState.WAITING)
        and actions.stands_as_it_is(comment),
        "minutes": settings.edit_minutes,
        "token": token,
        "letters": letters_of(comment),
        "wishes": wishes,
        "follow_url": addresses.own_follow(token),
        "fault": fault,
        "canonical_url": "",
        "is_indexed": False,
    }
    return render(request, "discussion/own.html", context, status=status)


def _gone(request: HttpRequest, withdrawn: Comment | None = None) -> HttpResponse:
    """Say that there is nothing behind a token, or nothing any more because the writer has just taken it back."""
    context = {
        "page_title": _("This link opens nothing") if withdrawn is None else _("Your comment is withdrawn"),
        "is_withdrawn": withdrawn is not None,
        "article": None if withdrawn is None else withdrawn.thread.article,
        "article_url": "" if withdrawn is None else _article_url(request, withdrawn.thread.article),
        "canonical_url": "",
        "is_indexed": False,
    }
    return render(request, "discussion/gone.html", context, status=404 if withdrawn is None else 200)


def _article_url(request: HttpRequest, article: ArticlePage) -> str:
    """Return where everybody reads the article; "" while nobody can."""
    is_read = ArticlePage.objects.live().public().filter(pk=article.pk).exists()
    return (article.get_url(request) or "") if is_read else ""
