"""Pages of the desk that Wagtail has not, or has otherwise."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """Answer with the way to a new password: the program sends no mail, so it must not promise one."""
    return render(request, "newsroom/forgotten_password.html", {"command": "freiblatt changepassword"})
