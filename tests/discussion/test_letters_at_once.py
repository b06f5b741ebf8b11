"""Two jobs, two clicks, two confirmations at the same moment: each letter goes out once, each name has one owner."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from freiblatt.discussion.actions import answer_as_staff, tell_followers
from freiblatt.discussion.models import Thread
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.actions import subscribe, unsubscribe_by_token
from freiblatt.letters.actions.subscribing import _token
from freiblatt.letters.models import Letter, Subscription
from freiblatt.newsroom.roles import Role
from freiblatt.readers.actions import confirm
from freiblatt.readers.models import Consent
from tests.cast import make_member
from tests.discussion.letters_story import HELGA, confirmed_comment, send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("thread", "unhurried", "open_desk")]


def at_once(*verbs: Callable[[], object]) -> list[Exception]:
    """Run all verbs in threads that begin together; return what they raised."""
    barrier, faults = threading.Barrier(len(verbs)), []

    def run(verb: Callable[[], object]) -> None:
        try:
            barrier.wait()
            verb()
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return faults


def test_two_jobs_write_one_letter(thread: Thread, client: Client) -> None:
    comment, _token_of_it = confirmed_comment(client, notify_answers="on", notify_thread="on")
    mia = make_member(Role.MODERATOR)
    answer_as_staff(thread=thread, parent=comment, text="Wir prüfen das.", by=mia)
    assert at_once(*[lambda: tell_followers.call(thread.pk)] * 4) == []
    run_waiting()
    assert Letter.objects.filter(kind="discussion_news").count() == 1


def test_many_clicks_are_one(thread: Thread, client: Client) -> None:
    send(client, mail=HELGA, notify_answers="on", notify_thread="on")
    consents = list(Consent.objects.all())
    assert at_once(*[lambda: confirm(consents=consents)] * 4) == []
    assert Subscription.objects.count() == 3
    (found,) = Subscription.objects.filter(kind="thread")
    assert at_once(*[lambda: unsubscribe_by_token(token=_token(found.salt))] * 4) == []
    assert Consent.objects.standing().count() == 2


def test_subscribing_at_once_is_one_subscription(thread: Thread) -> None:
    given = {"kind": "thread", "key": "1", "address_key": "a" * 64, "language": "de"}
    assert at_once(*[lambda: subscribe(**given)] * 4) == []
    assert Subscription.objects.count() == 1
