"""Forms as readers send them, each from an address of its own; verbs of `bench.hand`."""

import time
from collections.abc import Callable
from typing import Any

#: A form that comes back sooner waits for the desk.
THINKING_SECONDS = 2.5


def post(*, article: str, number: int, writer: int) -> dict[str, Any]:
    """Send `number` comments of a publication that holds none back; tell how long each took."""
    from freiblatt.discussion.models import DiscussionSettings, FirstComment, Thread
    from freiblatt.discussion.tokens import make_nonce

    settings = DiscussionSettings.load()
    if settings.held != FirstComment.NOBODY:
        settings.held = FirstComment.NOBODY
        settings.save()
    thread = Thread.objects.get(article__slug=article)
    nonces = [make_nonce(thread.key) for _ in range(number)]
    time.sleep(THINKING_SECONDS)
    forms = [
        {"text": f"Gedanke {writer}.{place}: {place * 7919} Schiffe.", "name": f"Leserin {writer}", "nonce": nonce}
        for place, nonce in enumerate(nonces)
    ]
    return _send("comment_write", article, forms, writer, expected=303)


def vote(*, article: str, number: int, writer: int) -> dict[str, Any]:
    """Send `number` votes on the comments below an article; tell how long each took."""
    from freiblatt.discussion.models import Comment, Slot

    roots = list(
        Comment.objects.filter(thread__article__slug=article, slot=Slot.ROOT).values_list("pk", flat=True)[:20]
    )
    forms = [{("up", "down")[place % 3 == 2]: roots[place % len(roots)]} for place in range(number)]
    return _send("comment_vote", article, forms, writer, expected=200)


def slice_ms(*, article: str, times: int = 30) -> dict[str, Any]:
    """Put the first slice of a thread together; tell the CPU milliseconds of each time."""
    from django.test import Client
    from django.urls import reverse

    client = Client(SERVER_NAME="127.0.0.1")
    path = reverse("thread", args=["messung", article])
    found = [_timed(lambda: client.get(path), expected=200)[1] for _ in range(times)]
    return {"cpu_ms": found[5:]}


def _send(name: str, article: str, forms: list[dict[str, Any]], writer: int, *, expected: int) -> dict[str, Any]:
    from django.test import Client
    from django.urls import reverse

    client = Client(SERVER_NAME="127.0.0.1", HTTP_SEC_FETCH_SITE="same-origin")
    path = reverse(name, args=["messung", article])
    wall, cpu, busy = [], [], 0
    begun = time.perf_counter()
    for place, form in enumerate(forms):
        address = f"2001:db8:{writer * 512 + place:x}::1"
        answer, spent, took = _timed(lambda: client.post(path, form, REMOTE_ADDR=address), expected=expected, or_=503)  # noqa: B023 (called at once)
        busy += answer.status_code == 503
        wall.append(took)
        cpu.append(spent)
    return {"wall_ms": wall, "cpu_ms": cpu, "busy": busy, "seconds": time.perf_counter() - begun}


def _timed(ask: Callable[[], Any], *, expected: int, or_: int = 0) -> tuple[Any, float, float]:
    """Return the answer and how long it took, in milliseconds of CPU and of the clock. Raises SystemExit."""
    begun, cpu = time.perf_counter(), time.process_time()
    answer = ask()
    spent, took = (time.process_time() - cpu) * 1000, (time.perf_counter() - begun) * 1000
    if answer.status_code not in (expected, or_):
        raise SystemExit(f"{answer.status_code} instead of {expected}: {answer.content[:2000].decode()}")
    return answer, spent, took
