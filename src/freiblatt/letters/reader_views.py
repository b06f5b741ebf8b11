"""The door at which readers leave: one click, by hand or by their mail program (RFC 8058)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from freiblatt.letters import actions
from freiblatt.letters.actions.subscribing import of_token
from freiblatt.lib.private import private


# Programs that read mail send this form from wherever they are; only the token says whose letters are meant.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@private
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End a subscription on POST; on GET show the button for it, since programs that scan mail open every link."""
    found = actions.unsubscribe_by_token(token=token) if request.method == "POST" else of_token(token)
    title = _("This link opens nothing")
    if found is not None:
        title = _("You get no more of these e-mails") if found.ended_at else _("No more of these e-mails?")
    context = {
        "page_title": title,
        "is_known": found is not None,
        "is_over": found is not None and found.ended_at is not None,
        "translations": [],
        "canonical_url": "",
        "is_indexed": False,
    }
    return render(request, "letters/unsubscribe.html", context, status=404 if found is None else 200)
