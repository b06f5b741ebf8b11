"""The doors of readers: ask for the link, confirm, the reader's own page.

What the two public pages say is the same for everybody, so the store may keep them. Whatever a token opens is kept
nowhere, indexed nowhere, and its address is told to nobody.
"""

import json
import math
from typing import Any, NamedTuple

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from freiblatt.lib.address_form import AddressForm
from freiblatt.lib.network import cut_address
from freiblatt.lib.origin import own_forms_only
from freiblatt.lib.private import private
from freiblatt.pagestore.actions import keep
from freiblatt.readers import actions
from freiblatt.readers.forms import LanguageForm
from freiblatt.readers.links import LinkError, Opened, open_confirmation, open_page, page_token
from freiblatt.readers.models import Reader
from freiblatt.readers.sections import sections_of


class LanguageLink(NamedTuple):
    """The same page in another language, as the masthead shows it."""

    language_code: str
    language_name: str
    url: str
    is_current: bool = False


@sensitive_post_parameters("address")
@own_forms_only
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the address; send the link to it, if it is known, and say the same in either case."""
    if request.method != "POST":
        return keep(_ask(request, AddressForm()), keys=["site"])
    form = AddressForm(request.POST)
    if not form.is_valid():
        return private(_ask)(request, form, status=422)
    try:
        actions.send_link(
            address=form.cleaned_data["address"],
            language=translation.get_language() or "",
            who=cut_address(request),
        )
    except actions.TooManyError as error:
        return _too_many(request, form, error)
    return HttpResponseRedirect(reverse("readers:sent"), status=303)


def _ask(request: HttpRequest, form: AddressForm, *, status: int = 200, wait_minutes: int = 0) -> HttpResponse:
    context = {
        "page_title": _("Your data with us"),
        "form": form,
        "wait_minutes": wait_minutes,
        "translations": _translations("readers:ask"),
        "is_indexed": False,
    }
    return render(request, "readers/ask.html", context, status=status)


def _too_many(request: HttpRequest, form: AddressForm, error: actions.TooManyError) -> HttpResponse:
    response = private(_ask)(request, form, status=429, wait_minutes=math.ceil(error.wait_seconds / 60))
    response["Retry-After"] = str(math.ceil(error.wait_seconds))
    return response


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Say that a letter is on its way if the address is known."""
    context = {"page_title": _("Look into your mailbox"), "translations": [], "is_indexed": False}
    return keep(render(request, "readers/sent.html", context), keys=["site"])


@private
@own_forms_only
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button, and nothing more, to whoever opens the link: programs that scan mail open links, too."""
    try:
        consents = open_confirmation(token)
    except LinkError:
        return _dead_link(request)
    is_choice = len({one.quote for one in consents} - {""}) > 1
    chosen = [one for one in consents if str(one.pk) in request.POST.getlist("agreed")] if is_choice else consents
    if request.method == "POST" and chosen:
        try:
            consents = actions.confirm(consents=chosen)
        except actions.ReaderError:
            return _dead_link(request)
        reader_page = reverse("readers:page", args=[page_token(consents[0].reader)])
        return HttpResponseRedirect(f"{reader_page}#{consents[0].pk}", status=303)
    is_given = all(one.given_at for one in consents)
    context = {
        "page_title": _("Confirm your address"),
        "consents": consents,
        "is_choice": is_choice,
        "has_chosen_nothing": request.method == "POST",
        "page_url": reverse("readers:page", args=[page_token(consents[0].reader)]) if is_given else "",
        "canonical_url": "",
        "is_indexed": False,
    }
    return render(request, "readers/confirm.html", context, status=422 if request.method == "POST" else 200)


@private
@own_forms_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show what we know of a reader; withdraw one consent or all, or change the language."""
    try:
        opened = open_page(token)
    except LinkError:
        return _dead_link(request)
    if opened.is_expired:
        return _expired(request, opened)
    reader = opened.reader
    form = LanguageForm(request.POST if "language" in request.POST else {"language": reader.page_language})
    if request.method == "POST":
        _carry_out(request, reader, form)
        return HttpResponseRedirect(request.path, status=303)
    return render(request, "readers/page.html", _page_context(reader, token, form))


def _carry_out(request: HttpRequest, reader: Reader, form: LanguageForm) -> None:
    """Do what a button of the page asks for; what names nothing does nothing."""
    if "language" in request.POST and form.is_valid():
        actions.choose_language(reader=reader, language=form.cleaned_data["language"])
    if "withdraw_all" in request.POST:
        actions.withdraw_all(reader=reader)
    number = request.POST.get("withdraw", "")
    if number.isdecimal() and len(number) < 19 and (consent := reader.consents.filter(pk=int(number)).first()):
        actions.withdraw(consent=consent)


def _page_context(reader: Reader, token: str, form: LanguageForm) -> dict[str, Any]:
    consents = list(reader.consents.order_by("-asked_at", "-pk"))
    return {
        "page_title": _("Your data with us"),
        "reader": reader,
        "form": form,
        "standing": [consent for consent in consents if consent.given_at and not consent.withdrawn_at],
        "asked": [consent for consent in consents if not consent.given_at and not consent.withdrawn_at],
        "withdrawn": [consent for consent in consents if consent.withdrawn_at],
        "sections": sections_of(reader),
        "data_url": reverse("readers:data", args=[token]),
        "erase_url": reverse("readers:erase", args=[token]),
        "translations": _translations("readers:page", token),
        "canonical_url": "",
        "is_indexed": False,
    }


def _expired(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Offer a new letter to whoever has an old link: typing the address again is not needed."""
    if request.method == "POST":
        try:
            actions.send_link_again(
                reader=opened.reader, language=translation.get_language() or "", who=cut_address(request)
            )
        except actions.TooManyError as error:
            return _too_many(request, AddressForm(), error)
        return HttpResponseRedirect(reverse("readers:sent"), status=303)
    context = {"page_title": _("This link has expired"), "canonical_url": "", "is_indexed": False}
    return render(request, "readers/expired.html", context, status=410)


def _dead_link(request: HttpRequest) -> HttpResponse:
    context = {"page_title": _("This link opens nothing"), "canonical_url": "", "is_indexed": False}
    return render(request, "readers/dead_link.html", context, status=404)


@private
@require_safe
def data(request: HttpRequest, token: str) -> HttpResponse:
    """Hand out everything that all rooms know of a reader, as a file."""
    reader = _reader_of(token)
    if reader is None:
        return _dead_link(request)
    text = json.dumps(actions.export(reader=reader), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@private
@own_forms_only
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once more, then erase."""
    reader = _reader_of(token)
    if reader is None:
        return _dead_link(request)
    if request.method == "POST":
        actions.erase(reader=reader)
        return HttpResponseRedirect(reverse("readers:erased"), status=303)
    context = {
        "page_title": _("Erase my data"),
        "page_url": reverse("readers:page", args=[token]),
        "translations": _translations("readers:erase", token),
        "canonical_url": "",
        "is_indexed": False,
    }
    return render(request, "readers/erase.html", context)


@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """Say that everything is gone."""
    context = {"page_title": _("Your data is erased"), "translations": [], "is_indexed": False}
    return keep(render(request, "readers/erased.html", context), keys=["site"])


def _reader_of(token: str) -> Reader | None:
    try:
        opened = open_page(token)
    except LinkError:
        return None
    return None if opened.is_expired else opened.reader


def _translations(name: str, *arguments: str) -> list[LanguageLink]:
    """Return where the page at this address is found in the publication's other languages."""
    found = []
    for code, _name in settings.LANGUAGES:
        if code != translation.get_language():
            with translation.override(code):
                url = reverse(name, args=arguments)
            found.append(LanguageLink(code, translation.get_language_info(code)["name_local"], url))
    return found
