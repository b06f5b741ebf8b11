"""Proving once more who is there, before it is changed who gets in and by what."""

import functools
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY, is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

View = Callable[..., HttpResponse]


def proved_lately(view: View | None = None, *, looks_too: bool = False, keeps: bool = True) -> Any:
    """Let `view` change something only for whoever proved within five minutes who it is, by signing in or once more.

    Everybody else is asked, and what was sent is carried out after that; without `keeps` it is forgotten, because
    passwords are in it. Looking is free, unless `looks_too`.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in ("GET", "HEAD") and not looks_too:
                return view(request, *args, **kwargs)
            if not is_reauthentication_required(request, app="freiblatt.newsroom"):
                return view(request, *args, **kwargs)
            # What was sent earlier and given up must not be carried out by the proof for something else.
            request.session.pop(STATE_SESSION_KEY, None)
            if keeps:
                raise ReauthenticationRequired
            ways = get_adapter().get_reauthentication_methods(request.user)
            place = ways[0]["url"] if ways else reverse("account_login")
            return redirect(f"{place}?{urlencode({'next': request.get_full_path()})}")

        return wrapped

    return decorate(view) if view is not None else decorate
