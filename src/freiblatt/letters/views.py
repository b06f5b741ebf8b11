"""The desk's mailbox: what went out, what waits, what failed, and who gets no letters.

What stands in a letter opens accounts and readers' pages. So it is shown only where letters end here, because there is
no mail server, and only to owners; everybody else sees whether letters arrive.
"""

from typing import Any

from csp.decorators import csp
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from freiblatt.letters import actions
from freiblatt.letters.models import Letter, LetterState, Route, Suppression, SuppressionReason
from freiblatt.lib.ids import GREATEST_ID
from freiblatt.lib.mail_addresses import address_key, normalise

PAGE_SIZE = 50


def may_read(user: Any, letter: Letter) -> bool:
    """Return whether `user` may see what stands in `letter`, and to whom it went."""
    return letter.is_in_desk and not letter.erased_at and user.has_perm("letters.read_letter")


def shown_address(user: Any, letter: Letter) -> str:
    """Return the address as `user` may see it: owners whole, others as much as helps to find a fault."""
    if not letter.to_address or user.has_perm("letters.read_letter"):
        return letter.to_address
    local, _at, domain = letter.to_address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def page_of(rows: Any, before: str) -> tuple[list[Any], int | None]:
    """Return one page of rows, the latest first, and the key from which the next one begins, if there is one."""
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None


class DeskView(WagtailAdminTemplateMixin, TemplateView):
    """A page of the mailbox."""

    header_icon = "mail"
    crumbs: tuple[tuple[str, Any], ...] = ()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        crumbs = [{"url": reverse(name), "label": label} for name, label in self.crumbs]
        return [*super().get_breadcrumbs_items(), *crumbs, {"url": "", "label": self.get_page_title()}]


@method_decorator(permission_required("letters.view_letter"), name="dispatch")
class Mailbox(DeskView):
    """All letters, or those in one state."""

    page_title = gettext_lazy("Post")
    template_name = "letters/desk/mailbox.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        state = self.request.GET.get("state", "")
        letters = Letter.objects.defer("text", "html")
        if state in LetterState.values:
            letters = letters.filter(state=state)
        found, older = page_of(letters, self.request.GET.get("before", ""))
        user = self.request.user
        counts = dict(Letter.objects.order_by().values_list("state").annotate(Count("pk")))
        return super().get_context_data(
            rows=[{"letter": letter, "address": shown_address(user, letter)} for letter in found],
            older=older,
            state=state,
            states=[
                {"value": value, "label": label, "count": counts.get(value, 0)} for value, label in LetterState.choices
            ],
            total=sum(counts.values()),
            held=counts.get(LetterState.HELD, 0),
            may_discard=user.has_perm("letters.discard_letter"),
            route=Route.objects.filter(pk=1, blocked_since__isnull=False).first(),
            has_server=settings.MAIL_HAS_SERVER,
            may_read=user.has_perm("letters.read_letter"),
            may_change=user.has_perm("letters.change_letter"),
            may_see_suppressed=user.has_perm("letters.view_suppression"),
            **kwargs,
        )


@method_decorator(permission_required("letters.view_letter"), name="dispatch")
class OneLetter(DeskView):
    """One letter: what became of it, and what stands in it where that may be seen."""

    template_name = "letters/desk/letter.html"
    crumbs = (("letters:mailbox", gettext_lazy("Post")),)

    def get_page_title(self) -> str:
        return _("Letter %(number)s") % {"number": self.kwargs["pk"]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if kwargs["pk"] > GREATEST_ID:
            raise Http404
        letter = get_object_or_404(Letter, pk=kwargs["pk"])
        user = self.request.user
        return super().get_context_data(
            letter=letter,
            address=shown_address(user, letter),
            is_open=may_read(user, letter),
            may_see_subject=user.has_perm("letters.read_letter"),
            may_send_again=user.has_perm("letters.change_letter")
            and letter.state in (LetterState.FAILED, LetterState.UNKNOWN, LetterState.SUPPRESSED)
            and not letter.erased_at,
            may_send_held=user.has_perm("letters.discard_letter")
            and letter.state == LetterState.HELD
            and not letter.erased_at,
            may_discard=user.has_perm("letters.discard_letter")
            and letter.state in actions.UNDECIDED
            and not letter.erased_at,
            **kwargs,
        )


@require_safe
@permission_required("letters.read_letter")
@csp(
    {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'self'"],
        # Links open in a window of their own, which may do what windows do.
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    }
)
def letter_html(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the letter as a mail program shows it, for a frame that may do nothing."""
    letter = get_object_or_404(Letter, pk=min(pk, GREATEST_ID))
    if not may_read(request.user, letter):
        raise PermissionDenied
    html = letter.html.replace("<head>", '<head><base target="_blank">', 1)
    response = HttpResponse(html)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
@permission_required("letters.change_letter")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send one letter again."""
    letter = Letter.objects.filter(pk=min(pk, GREATEST_ID)).first() or Letter(pk=pk)
    if letter.state == LetterState.HELD and not request.user.has_perm("letters.discard_letter"):
        raise PermissionDenied
    try:
        actions.send_again(letter=letter)
    except actions.LetterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The letter goes out again."))
    return redirect("letters:mailbox")


@require_POST
@permission_required("letters.discard_letter")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one letter never go out."""
    try:
        actions.discard(letter=Letter(pk=min(pk, GREATEST_ID)))
    except actions.LetterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The letter is discarded."))
    return redirect("letters:mailbox")


@require_POST
@permission_required("letters.discard_letter")
def decide_about_held(request: HttpRequest) -> HttpResponse:
    """Send or discard all letters that are held since a restore."""
    what = request.POST.get("what")
    if what == "release":
        count = actions.release_held()
        words = ngettext("%(count)d held letter goes out now.", "%(count)d held letters go out now.", count)
        messages.success(request, words % {"count": count})
    elif what == "discard":
        count = actions.discard_held()
        words = ngettext("%(count)d held letter is discarded.", "%(count)d held letters are discarded.", count)
        messages.success(request, words % {"count": count})
    return redirect("letters:mailbox")


@require_POST
@permission_required("letters.change_letter")
def knock(request: HttpRequest) -> HttpResponse:
    """Try the mail server now."""
    count = actions.knock_now()
    words = ngettext("%(count)d letter tries the mail server now.", "%(count)d letters try the mail server now.", count)
    messages.success(request, words % {"count": count})
    return redirect("letters:mailbox")


@method_decorator(permission_required("letters.view_suppression"), name="dispatch")
class Suppressed(DeskView):
    """Addresses that get no letters, as codes, and a way to ask about one."""

    page_title = gettext_lazy("Who gets no letters")
    template_name = "letters/desk/suppressed.html"
    crumbs = (("letters:mailbox", gettext_lazy("Post")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows, older = page_of(Suppression.objects.all(), self.request.GET.get("before", ""))
        user = self.request.user
        return super().get_context_data(
            rows=rows,
            older=older,
            count=Suppression.objects.count(),
            may_add=user.has_perm("letters.add_suppression"),
            may_delete=user.has_perm("letters.delete_suppression"),
            **kwargs,
        )


@require_POST
@permission_required("letters.view_suppression")
def decide(request: HttpRequest) -> HttpResponse:
    """Say whether a typed address gets letters; enter it or take it out where a button says so."""
    try:
        address = normalise(request.POST.get("address", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("letters:suppressed")
    row = Suppression.objects.filter(address_key=address_key(address)).first()
    if "add" in request.POST:
        if not request.user.has_perm("letters.add_suppression"):
            raise PermissionDenied
        actions.suppress(address=address, reason=SuppressionReason.DESK)
        messages.success(request, _("This address gets no letters from now on."))
    elif row is None:
        messages.success(request, _("This address gets letters."))
    else:
        words = _("This address gets no letters: %(reason)s. Its code is %(code)s.")
        messages.warning(request, words % {"reason": row.get_reason_display(), "code": str(row)})
    return redirect("letters:suppressed")


@require_POST
@permission_required("letters.delete_suppression")
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Let an address get letters again."""
    row = Suppression.objects.filter(pk=min(pk, GREATEST_ID)).first()
    if row is not None:
        actions.release(suppression=row)
    messages.success(request, _("This address gets letters again."))
    return HttpResponseRedirect(reverse("letters:suppressed"))
