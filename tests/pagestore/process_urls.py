"""Addresses of real server processes in tests: values in the database, pages that show them, and ways to die."""

import os
import signal
from collections.abc import Sequence
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from freiblatt.pagestore.actions import announce, keep, mark_stale
from freiblatt.pagestore.live import Subject


def value_of(name: str) -> str:
    """Return the value, "" before the first change."""
    return Session.objects.filter(session_key=name).values_list("session_data", flat=True).first() or ""


def change(name: str, value: str, *, is_deadly: bool = False) -> None:
    """Change the value as an action would; deadly: the process is killed between commit and hook."""
    with transaction.atomic():
        Session.objects.update_or_create(
            session_key=name, defaults={"session_data": value, "expire_date": timezone.now() + timedelta(days=1)}
        )
        if is_deadly:
            transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
        mark_stale([f"value:{name}"])


def tell(name: str, *refs: str, is_deadly: bool = False) -> None:
    """Say to whoever follows the value that it changed, once for each of `refs`."""
    with transaction.atomic():
        if is_deadly:
            transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
        for ref in refs:
            announce(channel=f"value:{name}", kind="change", ref=ref, counts={"changes": len(refs)})


def look(names: Sequence[str]) -> dict[str, Subject]:
    """Values can be followed for as long as they are not "secret"."""
    return {name: Subject([f"value:{name}"], {"changes": 0}) for name in names if value_of(name) not in ("", "secret")}


def show(request: HttpRequest, name: str) -> HttpResponse:
    return keep(HttpResponse(f"{name}={value_of(name)};{'filler ' * 100}"), keys=[f"value:{name}"])


def who(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(os.getpid()))


@csrf_exempt
def write(request: HttpRequest, name: str) -> HttpResponse:
    change(name, request.POST["value"], is_deadly="deadly" in request.POST)
    return HttpResponse("written")


urlpatterns = [
    path("value/<name>/", show),
    path("-/who/", who),
    path("-/value/<name>/", write),
]
