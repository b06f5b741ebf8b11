"""A worker is killed while the mail server looks at a letter. Nothing is lost, and nothing is silently sent twice."""

import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from freiblatt.letters.actions import post_words
from freiblatt.letters.models import Letter, LetterState
from tests.jobs.conftest import Publication, publication  # noqa: F401 (a fixture)
from tests.letters.office import Office
from tests.processes import wait_until

pytestmark = pytest.mark.process


@dataclass
class SlowOffice(Office):
    """Looks at each letter for as long as the test wants, and takes it without anybody hearing the answer."""

    may_answer: threading.Event = field(default_factory=threading.Event)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        import asyncio

        answer = await super().handle_DATA(server, session, envelope)
        while not self.may_answer.is_set():
            await asyncio.sleep(0.02)
        return answer


@pytest.fixture
def slow_office(publication: Publication) -> Iterator[SlowOffice]:  # noqa: F811
    one = SlowOffice()
    publication.environment |= {
        "FREIBLATT_MAIL_URL": f"smtp://127.0.0.1:{one.open()}?tls=none",
        "FREIBLATT_MAIL_FROM": "redaktion@example.org",
    }
    yield one
    one.may_answer.set()
    one.close()


def post(**other: Any) -> Letter:
    return post_words(
        to="rosa@example.org", subject="Gruß", text="Text", html="", language="de", kind="story_greeting", **other
    )


def state_of(letter: Letter) -> str:
    return Letter.objects.values_list("state", flat=True).get(pk=letter.pk)


@pytest.mark.parametrize("is_repeatable", [True, False])
def test_worker_killed_while_the_server_looks_at_the_letter(
    publication: Publication,  # noqa: F811
    slow_office: SlowOffice,
    is_repeatable: bool,
) -> None:
    letter = post(is_repeatable=is_repeatable)
    first = publication.start_worker("--lease-seconds", "3")
    wait_until(lambda: slow_office.shown, "the letter to be shown")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert state_of(letter) == LetterState.SENDING
    slow_office.may_answer.set()

    publication.start_worker("--lease-seconds", "3")
    other = post(dedupe_key="a letter that follows")
    wait_until(lambda: state_of(letter) != LetterState.SENDING, "the lost letter to be found")
    wait_until(lambda: state_of(other) == LetterState.SENT, "the next letter")

    if is_repeatable:
        wait_until(lambda: state_of(letter) == LetterState.SENT, "the letter to go out again")
        assert sorted(slow_office.shown) == sorted([letter.message_id, letter.message_id, other.message_id])
    else:
        assert state_of(letter) == LetterState.UNKNOWN
        assert slow_office.shown == [letter.message_id, other.message_id]


def test_two_workers_send_each_of_sixty_letters_once(publication: Publication, slow_office: SlowOffice) -> None:  # noqa: F811
    slow_office.may_answer.set()
    letters = [post(dedupe_key=f"letter {number}") for number in range(60)]
    for _ in range(2):
        publication.start_worker()
    wait_until(lambda: not Letter.objects.exclude(state=LetterState.SENT).exists(), "sixty letters")

    assert sorted(slow_office.shown) == sorted(letter.message_id for letter in letters)


def test_letters_wait_for_a_server_that_comes_back(publication: Publication, slow_office: SlowOffice) -> None:  # noqa: F811
    port = slow_office.controller.port
    slow_office.may_answer.set()
    slow_office.close()
    letters = [post(dedupe_key=f"letter {number}") for number in range(5)]
    publication.start_worker()
    wait_until(lambda: "takes no letters" in publication.log(), "the first knock")
    slow_office.open(port)
    wait_until(lambda: not Letter.objects.exclude(state=LetterState.SENT).exists(), "the next knock")

    assert sorted(slow_office.shown) == sorted(letter.message_id for letter in letters)
    assert "rosa@" not in publication.log()


def test_same_key_from_many_threads_is_one_letter(publication: Publication) -> None:  # noqa: F811
    from django.db import connection

    found, errors = set(), []

    def go() -> None:
        try:
            found.add(post(dedupe_key="the same").pk)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len(found) == 1
    assert Letter.objects.count() == 1
