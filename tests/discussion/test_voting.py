"""Readers vote: once each, for others only, and forgotten when voting is over."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from freiblatt.discussion.actions import (
    DiscussionError,
    add_comment,
    arrange_thread,
    close_ballot,
    end_voting,
    forget_senders,
    order_by_votes,
    show_turn,
    vote,
    withdraw_comment,
)
from freiblatt.discussion.models import Ballot, Comment, DiscussionSettings, Thread, ThreadState, TopSlice, Vote
from freiblatt.discussion.senders import Sender

BASE = "/europa/ein-hafen-wird-verkauft/diskussion/"


def sender(number: int) -> Sender:
    """Return a reader behind an address of their own."""
    return Sender(address=f"203.0.{number // 250}.{number % 250}", neighbourhood=f"203.0.{number // 250}.0/24")


@pytest.fixture
def comment(thread: Thread) -> Comment:
    return add_comment(thread=thread, text="Eine gute Frage.", guest_name="Helga")


def test_last_vote_of_a_reader_counts(comment: Comment) -> None:
    for value, up, down in ((1, 1, 0), (1, 1, 0), (-1, 0, 1), (0, 0, 0), (-1, 0, 1), (1, 1, 0)):
        voted = vote(comment=comment, sender=sender(1), value=value)
        assert (voted.up, voted.down) == (up, down)
        assert voted.rank == (up - down) * 2**40 + comment.pk
    assert Vote.objects.count() == 1
    assert vote(comment=comment, sender=sender(2), value=1).up == 2


def test_nobody_votes_for_the_own_comment(thread: Thread, client: Client) -> None:
    nonce = client.get(f"{BASE}schreiben/").context["form"]["nonce"].value()
    client.post(f"{BASE}schreiben/", {"text": "Ich.", "name": "Helga", "nonce": nonce}, REMOTE_ADDR="203.0.113.9")
    own = Comment.objects.get()
    Comment.objects.update(state="public", slot=1)
    with pytest.raises(DiscussionError):
        vote(comment=own, sender=Sender("203.0.113.9", "203.0.113.0/24"), value=1)
    assert vote(comment=own, sender=Sender("203.0.113.10", "203.0.113.0/24"), value=1).up == 1


def test_votes_against_can_be_switched_off(comment: Comment, client: Client) -> None:
    settings = DiscussionSettings.load()
    settings.has_down_votes = False
    settings.save()
    with pytest.raises(DiscussionError):
        vote(comment=comment, sender=sender(1), value=-1)
    html = client.get("/europa/ein-hafen-wird-verkauft/").content.decode()
    assert 'name="up"' in html
    assert 'name="down"' not in html


def test_end_of_voting_leaves_counts_and_nothing_that_tells_who(thread: Thread, comment: Comment) -> None:
    vote(comment=comment, sender=sender(1), value=1)
    ballot = Ballot.objects.get()
    assert timedelta(days=13, hours=23) < ballot.closes_on - timezone.now() <= timedelta(days=14)
    assert ballot.secret
    assert end_voting.func(thread.pk) is False
    Ballot.objects.update(closes_on=timezone.now())
    assert end_voting.func(thread.pk) is True
    assert Ballot.objects.get().secret == ""
    assert not Vote.objects.exists()
    comment.refresh_from_db()
    assert comment.up == 1
    with pytest.raises(DiscussionError):
        vote(comment=comment, sender=sender(2), value=1)
    assert Ballot.objects.get().secret == ""


def test_hourly_round_closes_what_was_missed(thread: Thread, comment: Comment) -> None:
    vote(comment=comment, sender=sender(1), value=1)
    assert forget_senders.func()["ballots"] == 0
    Thread.objects.update(state="closed")
    assert forget_senders.func()["ballots"] == 1
    assert not Vote.objects.exists()


def test_keys_of_two_threads_have_nothing_in_common(thread: Thread, comment: Comment) -> None:
    from tests.factories import make_article

    other = Thread.objects.get(article=make_article(section=thread.article.section, title="Ein anderer"))
    second = add_comment(thread=other, text="Ja.", guest_name="Helga")
    vote(comment=comment, sender=sender(1), value=1)
    vote(comment=second, sender=sender(1), value=1)
    one, two = Vote.objects.values_list("voter_key", flat=True)
    assert one != two


def test_vote_by_form_says_what_counts_and_how_to_change_it(comment: Comment, client: Client) -> None:
    answer = client.post(f"{BASE}stimme/", {"up": comment.pk}, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert "Ihre Stimme für diesen Kommentar zählt." in answer.content.decode()
    assert client.post(f"{BASE}stimme/", {"none": comment.pk}, REMOTE_ADDR="203.0.113.9").status_code == 200
    assert Comment.objects.get().up == 0
    facts = client.post(
        f"{BASE}stimme/", {"down": comment.pk}, REMOTE_ADDR="203.0.113.9", headers={"Accept": "application/json"}
    )
    assert facts.json() == {"up": 0, "down": 1, "mine": -1}


@pytest.mark.parametrize("typed", [{}, {"up": ""}, {"up": "x"}, {"up": "-1"}, {"up": "9" * 30}, {"sideways": "1"}])
def test_vote_for_nothing_is_not_found(comment: Comment, client: Client, typed: dict[str, str]) -> None:
    assert client.post(f"{BASE}stimme/", typed).status_code == 404


def test_votes_for_what_is_gone_or_elsewhere(thread: Thread, comment: Comment, client: Client) -> None:
    from tests.factories import make_article

    other = Thread.objects.get(article=make_article(section=thread.article.section, title="Ein anderer"))
    elsewhere = add_comment(thread=other, text="Ja.", guest_name="Helga")
    assert client.post(f"{BASE}stimme/", {"up": elsewhere.pk}).status_code == 404
    withdraw_comment(comment=comment)
    assert client.post(f"{BASE}stimme/", {"up": comment.pk}).status_code == 409
    assert client.get(f"{BASE}stimme/").status_code == 405
    assert (
        client.post(f"{BASE}stimme/", {"up": comment.pk}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    )


def test_order_by_votes_stays_while_it_is_read(thread: Thread, client: Client) -> None:
    roots = [add_comment(thread=thread, text=f"Nummer {number}.", guest_name="Helga") for number in range(45)]
    for number in (7, 30, 44):
        vote(comment=roots[number], sender=sender(number), value=1)
    assert client.get(f"{BASE}beste/").status_code == 404
    order_by_votes.func(thread.pk)

    seen: list[int] = []
    address = f"{BASE}beste/"
    first = client.get(address)
    while address:
        shown = client.get(address).context["thread"]
        seen += [comment.pk for comment in shown.comments]
        address = shown.more_url
        # Meanwhile votes turn everything round, and somebody writes.
        for number, root in enumerate(roots[:20]):
            vote(comment=root, sender=sender(1000 + 50 * len(seen) + number), value=1)
        add_comment(thread=thread, text=f"Neu nach {len(seen)}.", guest_name="Ingo")
    assert len(seen) == len(set(seen)) == 45
    assert set(seen) == {root.pk for root in roots}
    # Equal votes: the newer one first, as its number is greater.
    assert seen[:3] == [roots[44].pk, roots[30].pk, roots[7].pk]

    order_by_votes.func(thread.pk)
    thread.refresh_from_db()
    assert thread.top_edition == 2
    assert client.get(f"{BASE}beste/").content != first.content
    assert client.get(f"{BASE}beste/1/2/").status_code == 200
    TopSlice.objects.filter(edition=1).update(made_on=timezone.now() - timedelta(days=2))
    forget_senders.func()
    assert client.get(f"{BASE}beste/1/2/")["Location"] == f"{BASE}beste/"
    assert client.get(f"{BASE}beste/9/1/").status_code == 404


def test_order_by_votes_that_ends_leads_on_to_the_order_of_time(
    thread: Thread, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("freiblatt.discussion.actions.ordering.MOST_SLICES", 2)
    roots = [add_comment(thread=thread, text=f"Nummer {number}.", guest_name="Helga") for number in range(45)]
    vote(comment=roots[7], sender=sender(7), value=1)
    assert order_by_votes.func(thread.pk) == 2
    assert "Die Ordnung nach Stimmen endet hier." not in client.get(f"{BASE}beste/").content.decode()
    last = client.get(f"{BASE}beste/1/2/")
    assert last.context["thread"].more_url == ""
    (way,) = re.findall(r'endet hier\. <a href="([^"]+)">Alle Kommentare der Reihe nach</a>', last.content.decode())
    seen: list[int] = []
    while way:
        shown = client.get(way).context["thread"]
        seen += [comment.pk for comment in shown.comments]
        way = shown.more_url
    assert seen == [root.pk for root in roots]


def test_votes_have_a_new_order_made_soon_and_once(thread: Thread, comment: Comment) -> None:
    from freiblatt.jobs.models import ScheduledRun

    vote(comment=comment, sender=sender(1), value=1)
    vote(comment=comment, sender=sender(2), value=1)
    (run,) = ScheduledRun.objects.filter(name=f"discussion_order:{thread.pk}")
    assert run.due_at <= timezone.now() + timedelta(seconds=61)


def test_closed_ballot_of_a_thread_shows_counts_that_nobody_can_press(
    thread: Thread, comment: Comment, client: Client
) -> None:
    vote(comment=comment, sender=sender(1), value=1)
    close_ballot(thread=thread)
    html = client.get("/europa/ein-hafen-wird-verkauft/").content.decode()
    assert f'name="up" value="{comment.pk}" disabled' in html
    assert '<span class="n">1</span>' in html


def test_one_ipv6_connection_votes_once(comment: Comment) -> None:
    for host in range(1, 4):
        vote(comment=comment, sender=Sender(f"2001:db8:1:2::{host}", "2001:db8:1::/48"), value=1)
    comment.refresh_from_db()
    assert comment.up == 1
    assert vote(comment=comment, sender=Sender("2001:db8:1:3::1", "2001:db8:1::/48"), value=1).up == 2


def test_voting_ends_when_the_clock_closes_a_discussion(thread: Thread, comment: Comment) -> None:
    vote(comment=comment, sender=sender(1), value=1)
    arrange_thread(thread=thread, state=ThreadState.OPEN, closes_on=timezone.now() + timedelta(hours=1))
    show_turn.func(thread.pk)
    assert Ballot.objects.get().secret
    Thread.objects.update(closes_on=timezone.now())
    show_turn.func(thread.pk)
    assert Ballot.objects.get().secret == ""
    assert not Vote.objects.exists()


def test_hourly_round_ends_voting_that_the_clock_closed(thread: Thread, comment: Comment) -> None:
    vote(comment=comment, sender=sender(1), value=1)
    Thread.objects.update(closes_on=timezone.now())
    assert forget_senders.func()["ballots"] == 1
    assert Ballot.objects.get().secret == ""


def test_order_of_a_large_thread_is_short_and_made_seldom(
    thread: Thread, comment: Comment, monkeypatch: pytest.MonkeyPatch
) -> None:
    from freiblatt.jobs.models import ScheduledRun

    monkeypatch.setattr("freiblatt.discussion.actions.ordering.MOST_SLICES", 1)
    monkeypatch.setattr("freiblatt.discussion.actions.ordering.LARGE", 20)
    roots = [add_comment(thread=thread, text=f"Nummer {number}.", guest_name="Helga") for number in range(30)]
    vote(comment=roots[3], sender=sender(3), value=1)
    assert order_by_votes.func(thread.pk) == 1
    (only,) = TopSlice.objects.all()
    assert (only.is_last, len(only.root_ids), only.root_ids[0]) == (True, 20, roots[3].pk)
    ScheduledRun.objects.all().delete()
    for number in range(5):
        vote(comment=roots[4], sender=sender(10 + number), value=1)
    (run,) = ScheduledRun.objects.filter(name=f"discussion_order:{thread.pk}")
    assert (run.due_at.minute % 10, run.due_at.second) == (0, 0)
