"""A tiny publication to be kept: what its pages say, and how often each was built."""

import threading
from collections import Counter
from datetime import datetime
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from freiblatt.pagestore import fragments
from freiblatt.pagestore.actions import keep
from freiblatt.pagestore.policy import allow_frames


class World:
    """What is true at the moment."""

    def begin(self) -> None:
        """Forget what was."""
        self.text = "first"
        self.talk = "quiet"
        self.built: Counter[str] = Counter()
        self.seen: list[HttpRequest] = []
        self.until: datetime | None = None
        #: Closed: pages at /slow/ are being built and do not come to an end.
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)


world = World()
world.begin()


def article(request: HttpRequest, slug: str = "a") -> HttpResponse:
    world.built["article"] += 1
    world.seen.append(request)
    talk = fragments.placeholder("test_world", "talk")
    return keep(
        HttpResponse(f"<p>{world.text} {request.META['QUERY_STRING']}</p>{'filler ' * 200}<hr>{talk}<hr>end"),
        keys=["article:1", "site"],
        until=world.until,
    )


def slow(request: HttpRequest) -> HttpResponse:
    text = world.text
    world.built["slow"] += 1
    world.entered.release()
    assert world.gate.wait(20)
    return keep(HttpResponse(f"slow {text}"), keys=["article:2"])


def unkept(request: HttpRequest) -> HttpResponse:
    world.built["unkept"] += 1
    world.seen.append(request)
    return HttpResponse(f"unkept {request.method} {request.META['QUERY_STRING']} {request.META['REMOTE_ADDR']}")


def with_cookie(request: HttpRequest) -> HttpResponse:
    world.built["cookie"] += 1
    response = keep(HttpResponse("cookie"), keys=["article:1"])
    response.set_cookie("a", "b")
    return response


def broken(request: HttpRequest) -> HttpResponse:
    world.built["broken"] += 1
    return keep(HttpResponse("broken", status=500), keys=["article:1"])


def gone(request: HttpRequest) -> HttpResponse:
    world.built["gone"] += 1
    return keep(HttpResponse("gone", status=410), keys=["article:1"])


def moved(request: HttpRequest) -> HttpResponse:
    world.built["moved"] += 1
    return keep(HttpResponseRedirect("/a/"), keys=["article:1"])


def hashed(request: HttpRequest) -> HttpResponse:
    return keep(HttpResponse("body {}", headers={"Cache-Control": "public, max-age=60, immutable"}), keys=["site"])


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([b"one ", b"two ", b"x" * 300_000]))


def file(request: HttpRequest) -> FileResponse:
    return FileResponse(open(__file__, "rb"), content_type="text/plain")


def film(request: HttpRequest) -> HttpResponse:
    return allow_frames(keep(HttpResponse("film" * 200), keys=["article:1"]), ["player.vimeo.com"])


@csrf_exempt
def echo(request: HttpRequest) -> HttpResponse:
    world.seen.append(request)
    return HttpResponse(request.method.encode() + b" " + str(len(request.body)).encode() + b" " + request.body[:20])


@csrf_exempt
def take(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.read())))


def talk(argument: str) -> tuple[str, list[str]]:
    world.built["talk"] += 1
    return f"<b>{argument} {world.talk}</b>", ["thread:1"]


def failing(request: HttpRequest) -> Any:
    raise RuntimeError("on purpose")


urlpatterns = [
    path("slow/", slow),
    path("unkept/", unkept),
    path("cookie/", with_cookie),
    path("broken/", broken),
    path("failing/", failing),
    path("gone/", gone),
    path("moved/", moved),
    path("hashed/", hashed),
    path("stream/", stream),
    path("file/", file),
    path("film/", film),
    path("echo/", echo),
    path("-/step/", article),
    path("-/film/", unkept),
    path("-/echo/", echo),
    path("admin/echo/", echo),
    path("admin/file/", take),
    re_path(r"^(?P<slug>[\s\S]*)/$", article),
    path("", article),
]
