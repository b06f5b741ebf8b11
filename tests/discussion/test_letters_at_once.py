"""Two jobs, two clicks, two confirmations at the same moment: each letter goes out once, each name has one owner."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client

from freiblatt.discussion.actions import add_comment, answer_as_staff, tell_followers, vote
from freiblatt.discussion.actions.voting import take_votes_back
from freiblatt.discussion.models import DiscussionSettings, Thread, Vote
from freiblatt.discussion.senders import Sender
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.actions import subscribe, unsubscribe_by_token
from freiblatt.letters.actions.subscribing import _token
from freiblatt.letters.models import Letter, Subscription
from freiblatt.newsroom.roles import Role
from freiblatt.readers.actions import confirm
from freiblatt.readers.models import Consent
from tests.cast import make_member
from tests.discussion.letters_story import HELGA, confirmed_comment, helga, send

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


def test_votes_are_taken_back_as_they_are_after_a_vote_at_that_moment(thread: Thread, client: Client) -> None:
    settings = DiscussionSettings.load()
    settings.has_down_votes = True
    settings.save()
    _comment, token = confirmed_comment(client)
    other = add_comment(thread=thread, text="Von Karl", guest_name="Karl")
    sender = Sender(address="203.0.113.9", neighbourhood="203.0.113.0")
    vote(comment=other, sender=sender, value=1, known_by=token)
    reader, faults = helga(), []
    erasure = threading.Thread(target=lambda: faults.extend(at_once(lambda: take_votes_back(reader=reader))))
    with transaction.atomic():
        vote(comment=other, sender=sender, value=-1, known_by=token)
        erasure.start()
        # It waits for our end; without that it would have read the vote that we have just changed.
        erasure.join(timeout=1)
    erasure.join()
    other.refresh_from_db()
    assert (faults, other.up, other.down, other.rank) == ([], 0, 0, other.pk)
    assert not Vote.objects.exists()
