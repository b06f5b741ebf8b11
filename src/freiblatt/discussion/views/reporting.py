"""Where readers report a comment, and the receipt on which they see what became of it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from freiblatt.discussion import actions
from freiblatt.discussion.forms import ObjectionForm, ReportForm
from freiblatt.discussion.models import Comment, CommentState, Objection, Report, ReportState, Thread
from freiblatt.discussion.reading import Addresses, show_alone
from freiblatt.discussion.reading.reasons import reasons_of, shown_objection
from freiblatt.discussion.senders import Sender
from freiblatt.discussion.tokens import Nonce, NonceError, make_nonce, read_nonce
from freiblatt.discussion.views.answers import public_article, thread_of
from freiblatt.discussion.views.taking import take
from freiblatt.lib.ids import GREATEST_ID
from freiblatt.lib.origin import own_forms_only
from freiblatt.lib.private import private


@private
@own_forms_only
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, section: str, article: str, pk: int) -> HttpResponse:
    """Take the report of a comment, or show the form for it."""
    thread = thread_of(public_article(section, article))
    if pk > GREATEST_ID:
        raise Http404
    comment = Comment.objects.select_related("author").filter(pk=pk, thread=thread).first()
    # A comment that is gone in the meantime is not reported any more, and whoever wants to is told so.
    if comment is None or not comment.slot:
        raise Http404
    if comment.state != CommentState.PUBLIC:
        return _form(request, thread, comment, ReportForm(), is_gone=True, status=410)
    if request.method != "POST":
        return _form(request, thread, comment, ReportForm(initial={"nonce": _fresh(comment)}))
    form = ReportForm(request.POST)

    def send(typed: dict[str, Any]) -> str:
        reported = actions.report_comment(
            comment=comment,
            rule=typed["rule"],
            nonce=_nonce(comment, typed["nonce"]),
            sender=Sender.of(request),
            explanation=typed["explanation"],
            name=typed["name"],
            address=typed["address"],
            is_in_good_faith=typed["is_in_good_faith"],
        )
        return reverse("comment_receipt", args=[reported.token])

    return take(form, send, lambda status: _again(request, thread, comment, form, status), field=None)


@private
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Show a reporter how the report stands."""
    return _receipt(request, _of(token), token)


@private
@own_forms_only
@require_POST
def receipt_object(request: HttpRequest, token: str) -> HttpResponse:
    """Take a reporter's objection."""
    found = _of(token)
    form = ObjectionForm(request.POST)

    def object_to_it(typed: dict[str, Any]) -> str:
        actions.object_as_reporter(report=found, text=typed["text"], sender=Sender.of(request))
        return reverse("comment_receipt", args=[token])

    return take(
        form, object_to_it, lambda status: _receipt(request, found, token, form=form, status=status), field="text"
    )


def _scope(comment: Comment) -> str:
    """Return what a form's nonce is made for: this comment's reports and nothing else."""
    return f"report:{comment.pk}"


def _fresh(comment: Comment) -> str:
    return make_nonce(_scope(comment))


def _nonce(comment: Comment, text: str) -> Nonce:
    """Return what the form was handed out with. Raises DiscussionError where that is too long ago."""
    try:
        return read_nonce(text, _scope(comment))
    except NonceError as error:
        says = _("This form was open for too long. Nothing was sent; please send it again.")
        raise actions.DiscussionError(says) from error


def _again(request: HttpRequest, thread: Thread, comment: Comment, form: ReportForm, status: int) -> HttpResponse:
    """Give back what was typed, with a nonce that works."""
    form.data = form.data.copy()
    form.data["nonce"] = _fresh(comment)
    return _form(request, thread, comment, form, status=status)


def _form(
    request: HttpRequest,
    thread: Thread,
    comment: Comment,
    form: ReportForm,
    *,
    is_gone: bool = False,
    status: int = 200,
) -> HttpResponse:
    addresses = Addresses(thread.article)
    context = {
        "page_title": _("Report a comment"),
        "article": thread.article,
        "article_url": addresses.article,
        "comment": None if is_gone else show_alone(comment, addresses),
        "comment_url": addresses.comment(comment.pk),
        "form": form,
        "rules_url": reverse("house_rules"),
        "action": addresses.report(comment.pk),
        "canonical_url": "",
        "is_indexed": False,
    }
    return render(request, "discussion/report.html", context, status=status)


def _of(token: str) -> Report:
    found = actions.of_receipt(token)
    if found is None:
        raise Http404
    return found


def _receipt(
    request: HttpRequest, found: Report, token: str, *, form: ObjectionForm | None = None, status: int = 200
) -> HttpResponse:
    objection = Objection.objects.filter(report=found).first()
    decision = found.decision
    comment = found.comment
    can_object = actions.can_reporter_object(found)
    is_public = comment is not None and comment.state == CommentState.PUBLIC
    context: dict[str, Any] = {
        "page_title": _("Your report no. %(number)s") % {"number": found.pk},
        "report": found,
        "rule": found.rule.title,
        "made_on": date_format(localtime(found.made_on), "DATETIME_FORMAT"),
        "due_on": date_format(localtime(found.due_on), "DATE_FORMAT"),
        "is_open": found.state == ReportState.OPEN,
        "is_moot": found.state == ReportState.MOOT,
        "is_article_gone": comment is None,
        "is_public": is_public,
        "is_kept": decision is not None and decision.kind == "kept",
        "reasons": reasons_of(decision, comment) if decision is not None else None,
        "objection": shown_objection(objection),
        "form": (form or ObjectionForm()) if can_object or form else None,
        "object_url": reverse("comment_receipt_object", args=[token]),
        "comment_url": _comment_url(found, request) if is_public else "",
        "rules_url": reverse("house_rules"),
        "canonical_url": "",
        "is_indexed": False,
    }
    return render(request, "discussion/receipt.html", context, status=status)


def _comment_url(found: Report, request: HttpRequest) -> str:
    """Return where a reported comment stands, while readers may read the article above it; else ""."""
    comment, thread = found.comment, found.thread
    if comment is None or thread is None or not thread.article.live:
        return ""
    return Addresses(thread.article).comment(comment.pk)
