"""Withdrawing on the editor's side: what will vanish, why, and what readers are told instead."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page, PageLogEntry, ReferenceIndex

from freiblatt.articles import keys
from freiblatt.articles.actions.listing import WITHDRAWAL_ENDED
from freiblatt.articles.actions.withdrawing import (
    NOTICE_LENGTH,
    WITHDRAWN,
    WithdrawalError,
    WithdrawnMeanwhile,
    is_settled,
    may_withdraw,
    old_addresses,
    usual_notice,
    was_public,
    withdraw_article,
)
from freiblatt.articles.belongings import belongings_of
from freiblatt.articles.consequences import consequences_of
from freiblatt.articles.desk_screens import screen_of
from freiblatt.articles.models import ArticlePage, Withdrawal
from freiblatt.newsroom.models import StaffMember
from freiblatt.pagestore.actions import is_carried_out

#: More names than this help nobody to decide.
NAMES_AT_MOST = 30


class WithdrawForm(forms.Form):
    """Why an article is withdrawn, and what readers are told."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For the newsroom alone; it stays in the article's history, with your name."),
    )
    keep_notice = forms.TypedChoiceField(
        label=gettext_lazy("What readers find at its addresses"),
        coerce=lambda value: value == "notice",
        widget=forms.RadioSelect,
        initial="notice",
        choices=(
            ("notice", gettext_lazy("The notice below")),
            ("nothing", gettext_lazy("Only that the page was taken down")),
        ),
    )
    notice = forms.CharField(
        label=gettext_lazy("Notice"),
        max_length=NOTICE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    #: The key of the withdrawal that was in force when the question was shown; 0: none.
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class Vanishing:
    """What goes with an article, as the question shows it."""

    def __init__(self, article: ArticlePage) -> None:
        self.article = article

    @cached_property
    def addresses(self) -> list[str]:
        """The article's address and those that lead to it."""
        return [one for one in [self.article.get_url() or "", *old_addresses(self.article)] if one]

    @cached_property
    def files(self) -> list[dict[str, Any]]:
        """Pictures, recordings and documents: `title`, `kind`, and whether it `stays` because others show it."""
        found = belongings_of(self.article)
        own = found.unless_shown(apart_from=self.article.pk)
        kinds = (
            (_("Picture"), found.pictures, own.pictures),
            (_("Recording"), found.recordings, own.recordings),
            (_("Document"), found.documents, own.documents),
        )
        return [
            {"title": one.title, "kind": kind, "stays": one not in gone} for kind, some, gone in kinds for one in some
        ]

    @cached_property
    def others(self) -> list[str]:
        """What other rooms say of theirs, such as comments."""
        return consequences_of(self.article)

    @cached_property
    def linked_from(self) -> list[Page]:
        """Public pages whose text links to the article."""
        references = ReferenceIndex.get_references_to(Page.objects.get(pk=self.article.pk))
        pks = {int(pk) for pk in references.values_list("object_id", flat=True) if pk.isdecimal()}
        return list(Page.objects.filter(pk__in=pks - {self.article.pk}).live().order_by("title")[:NAMES_AT_MOST])

    @cached_property
    def links(self) -> int:
        """How many links to drafts of it are open."""
        return self.article.shares.open_at(timezone.now()).count()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, page_pk: int) -> HttpResponse:
    """Show what will vanish; with a reason, withdraw the article."""
    article = get_object_or_404(ArticlePage, pk=page_pk)
    if not may_withdraw(request.user, article):
        raise PermissionDenied
    edit_url = reverse("wagtailadmin_pages:edit", args=[article.pk])
    if not was_public(article):
        messages.error(request, _("This article was never public, so there is nothing to withdraw."))
        return redirect(edit_url)
    before = Withdrawal.objects.in_force().filter(article_pk=article.pk).select_related("withdrawn_by").first()
    initial = {"notice": usual_notice(article.language), "seen": 0}
    if before is not None:
        initial = {
            "seen": before.pk,
            "reason": before.reason,
            "notice": before.notice or initial["notice"],
            "keep_notice": "notice" if before.notice else "nothing",
        }
    form = WithdrawForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_article(article=article, by=request.user, **form.cleaned_data)
        except WithdrawnMeanwhile as error:
            if not _is_done(article, request.user, form.cleaned_data):
                messages.error(request, error.messages[0])
                return redirect("articles_withdraw", article.pk)
            return _done(request, article, edit_url)  # sent twice
        except WithdrawalError as error:
            form.add_error("reason", error)
        else:
            return _done(request, article, edit_url)
    context = {
        **screen_of(article, _("Change the notice") if before else _("Withdraw an article"), icon="warning"),
        "article": article,
        "form": form,
        "before": before,
        "vanishing": Vanishing(article),
        "language": article.locale.get_display_name(),
    }
    return render(request, "articles/desk/withdraw.html", context)


def _is_done(article: ArticlePage, member: StaffMember, fields: dict[str, Any]) -> bool:
    """Return whether what `member` asks for is done: the same form came twice."""
    notice = (fields["notice"].strip() or usual_notice(article.language)) if fields["keep_notice"] else ""
    same = Withdrawal.objects.in_force().filter(article_pk=article.pk, withdrawn_by=member)
    return same.filter(reason=fields["reason"].strip(), notice=notice).exists()


def _done(request: HttpRequest, article: ArticlePage, edit_url: str) -> HttpResponse:
    words = {"title": article.title}
    button = messages.button(edit_url, _("Edit"))
    messages.success(request, _("“%(title)s” is withdrawn.") % words, buttons=[button])
    if not is_carried_out({keys.article_key(article.pk)}):
        messages.warning(
            request,
            _(
                "Readers may still find finished pages that show it: the disk, or the way to the other machines, "
                "refuses. It is tried again until it works. Tell your operator."
            ),
        )
    if not is_settled():
        messages.warning(
            request,
            _("Some of its files could not be taken away yet; this is tried again until it works. Tell your operator."),
        )
    return redirect("wagtailadmin_explore", article.get_parent().pk)


@hooks.register("register_admin_urls")
def withdrawing_address() -> list[URLPattern]:
    """Return the address of the question."""
    return [path("pages/<int:page_pk>/withdraw/", withdraw, name="articles_withdraw")]


def _is_offered(page: Page, user: Any) -> bool:
    if not page.pk or not page.live or not issubclass(page.specific_class or Page, ArticlePage):
        return False
    return may_withdraw(user, page)


def _standing_of(page: Page, user: Any) -> Withdrawal | None:
    """Return the withdrawal in force of an article of which `user` may say more."""
    if not page.pk or page.live or not issubclass(page.specific_class or Page, ArticlePage):
        return None
    found = Withdrawal.objects.in_force().filter(article_pk=page.pk).select_related("withdrawn_by").first()
    return found if found and may_withdraw(user, page) else None


def _button(page: Page, priority: int, label: str = "") -> Button:
    url = reverse("articles_withdraw", args=[page.pk])
    return Button(label or _("Withdraw…"), url, icon_name="warning", priority=priority)


@hooks.register("register_page_header_buttons")
def offer_at_title(page: Page, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer it in the menu at a public article's title, and at a withdrawn one's to change what readers are told."""
    if _is_offered(page, user):
        yield _button(page, 61)
    elif _standing_of(page, user):
        yield _button(page, 61, _("Change the notice"))


@hooks.register("register_page_listing_more_buttons")
def offer_in_listing(page: Page, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """Offer it in the menu of a public article in a list of pages."""
    if _is_offered(page, user):
        yield _button(page, 41)


class WithdrawMenuItem(ActionMenuItem):
    """Beside publishing and unpublishing at the foot of the editor."""

    name = "action-withdraw"
    label = gettext_lazy("Withdraw…")
    icon_name = "warning"

    def is_shown(self, context: dict[str, Any]) -> bool:
        return context["view"] == "edit" and _is_offered(context["page"], context["request"].user)

    def get_url(self, parent_context: dict[str, Any]) -> str:
        return reverse("articles_withdraw", args=[parent_context["page"].pk])


@hooks.register("register_page_action_menu_item")
def offer_in_editor() -> ActionMenuItem:
    """Offer it in the editor's menu of actions, right after Wagtail's own way to unpublish."""
    return WithdrawMenuItem(order=25)


@hooks.register("before_edit_page")
def tell_that_it_is_withdrawn(request: HttpRequest, page: Page) -> None:
    """Say in the editor of a withdrawn article that it is, and what publishing would do: it looks like any draft."""
    if request.method == "GET" and (standing := _standing_of(page, request.user)):
        words = {"title": page.get_admin_display_title(), "day": date_format(localtime(standing.withdrawn_on))}
        messages.warning(
            request,
            _("“%(title)s” was withdrawn on %(day)s. Publishing it ends that: readers see it again.") % words,
            buttons=[messages.button(reverse("articles_withdraw", args=[page.pk]), _("Change the notice"))],
        )


@hooks.register("register_log_actions")
def name_withdrawing_actions(actions: LogActionRegistry) -> None:
    """Let a page's history say why it was withdrawn, and that it is public again."""

    @actions.register_action(WITHDRAWN)
    class Withdrawn(LogFormatter):
        label = gettext_lazy("Withdrawn")

        def format_message(self, log_entry: PageLogEntry) -> str:
            words = {"reason": log_entry.data.get("reason", "")}
            if log_entry.data.get("is_change"):
                return _("Changed the notice of the withdrawal: %(reason)s") % words
            return _("Withdrawn: %(reason)s") % words

    @actions.register_action(WITHDRAWAL_ENDED)
    class WithdrawalEnded(LogFormatter):
        label = gettext_lazy("Withdrawal ended")
        message = gettext_lazy("Public again; the withdrawal ended")
