"""Checking on the editor's side: the question before publishing the own work, the panel that says who checked what."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.action_menu import SubmitForModerationMenuItem
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page, PageLogEntry

from freiblatt.articles.actions.checking import PUBLISHED_ALONE, publish_alone, settle_check
from freiblatt.articles.checking import NotChecked, may_check, standing_of, text_digest
from freiblatt.articles.desk_screens import screen_of
from freiblatt.articles.middleware import way_on
from freiblatt.articles.models import ArticlePage, SecondPersonCheck
from freiblatt.newsroom.models import StaffMember

#: More names than this help nobody to find somebody who has time.
NAMES_AT_MOST = 6


class ReasonForm(forms.Form):
    """Why an article is published though nobody else has checked it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It stays in the article's history, with your name."),
    )
    #: Of the text that was shown with the question.
    text_digest = forms.CharField(max_length=64, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
def publish_alone_view(request: HttpRequest, page_pk: int) -> HttpResponse:
    """Ask somebody who may publish for the reason to do it without a second person, and do it."""
    article = get_object_or_404(ArticlePage, pk=page_pk)
    permissions = article.permissions_for_user(request.user)
    if not permissions.can_edit():
        raise PermissionDenied
    edit = reverse("wagtailadmin_pages:edit", args=[article.pk])
    lock = article.get_lock()
    standing = standing_of(article)
    if not permissions.can_publish() or standing.revision is None or (lock and lock.for_user(request.user)):
        return redirect(edit)
    draft = standing.revision.as_object()
    digest = text_digest(standing.revision)
    form = ReasonForm(request.POST or None, initial={"text_digest": digest})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["text_digest"] != digest:
            messages.error(request, _("The article was changed meanwhile. Read the new version, then decide."))
            return redirect(edit)
        try:
            published = publish_alone(revision=standing.revision, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as error:
            if not isinstance(error, NotChecked) and hasattr(error, "page"):
                raise  # not complete: the way back to the editor
            form.add_error("reason", error)
        else:
            words = {"title": published.title}
            messages.success(
                request,
                _("“%(title)s” is published.") % words
                if published.live and not published.approved_schedule
                else _("“%(title)s” is scheduled.") % words,
                buttons=[messages.button(edit, _("Edit"))],
            )
            return redirect("wagtailadmin_explore", published.get_parent().pk)
    others = [one for one in StaffMember.objects.who_may_publish() if may_check(article, one, standing)]
    context = {
        **screen_of(article, _("Publish without a check?"), icon="warning"),
        "article": article,
        "standing": standing,
        "others": others[:NAMES_AT_MOST],
        "others_more": max(0, len(others) - NAMES_AT_MOST),
        "is_scheduled": draft.go_live_at is not None and draft.go_live_at > timezone.now(),
        "is_in_workflow": article.workflow_in_progress,
        "form": form,
    }
    return render(request, "articles/desk/publish_alone.html", context)


@hooks.register("register_admin_urls")
def checking_addresses() -> list[URLPattern]:
    """Return the address of the question."""
    return [path("pages/<int:page_pk>/publish-alone/", publish_alone_view, name="articles_publish_alone")]


class SubmitForCheck(SubmitForModerationMenuItem):
    """The entry that gives an article to somebody else, named by what happens and not by the workflow."""

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        context = super().get_context_data(parent_context)
        state = context["page"].current_workflow_state if context.get("page") else None
        is_again = state is not None and state.status == state.STATUS_NEEDS_CHANGES
        return {**context, "label": _("Submit for the check again") if is_again else _("Submit for the check")}


@hooks.register("construct_page_action_menu")
def name_submitting(menu_items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """Let the editor's menu say in words what submitting does."""
    menu_items[:] = [
        SubmitForCheck(order=item.order) if type(item) is SubmitForModerationMenuItem else item for item in menu_items
    ]


@hooks.register("before_publish_page")
def ask_for_second_person(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Lead whoever would publish the own work from the editor to the question; the text is stored by now."""
    if not isinstance(page, ArticlePage):
        return None
    try:
        settle_check(revision=page.get_latest_revision(), by=request.user)
    except NotChecked as refusal:
        messages.error(request, str(refusal))
        return way_on(request, refusal)
    return None


@hooks.register("after_edit_page")
def say_what_the_check_did(request: HttpRequest, page: Page) -> None:
    """Say what became of an article that somebody has just checked; Wagtail says only that it was updated."""
    if not isinstance(page, ArticlePage) or "action-workflow-action" not in request.POST:
        return
    action = request.POST.get("workflow-action-name", "")
    words = {"title": page.get_admin_display_title()}
    if action == SecondPersonCheck.CHECK_ONLY:
        messages.success(request, _("“%(title)s” is approved. Whoever may publish can publish it now.") % words)
    elif action == "reject":
        messages.success(request, _("Whoever submitted “%(title)s” gets a letter with what you have written.") % words)
    elif action == "approve":
        is_scheduled = ArticlePage.objects.get(pk=page.pk).approved_schedule
        said = _("“%(title)s” is scheduled.") if is_scheduled else _("“%(title)s” is published.")
        messages.success(request, said % words)


@hooks.register("register_log_actions")
def name_checking_actions(actions: LogActionRegistry) -> None:
    """Let a page's history say that nobody else had checked it."""

    @actions.register_action(PUBLISHED_ALONE)
    class PublishedAlone(LogFormatter):
        label = gettext_lazy("Published without a check")

        def format_message(self, log_entry: PageLogEntry) -> str:
            return _("Published without a check: %(reason)s") % {"reason": log_entry.data.get("reason", "")}
