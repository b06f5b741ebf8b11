"""Two weeks on, guests can no longer vote; whoever confirmed an address still can, and finds the way to it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from freiblatt.discussion.actions import DiscussionError, add_comment, close_ballot, vote
from freiblatt.discussion.models import Ballot, Comment, DiscussionSettings, Thread, ThreadState
from freiblatt.discussion.senders import Sender
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.models import Letter
from freiblatt.lib import limits
from freiblatt.readers.actions import withdraw_all
from freiblatt.readers.models import Reader
from tests.discussion.letters_story import ARTICLE, HELGA, confirmed_comment, helga, send, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unhurried", "open_desk")]

ASK = f"{ARTICLE}diskussion/stimme/link/"
VOTE = f"{ARTICLE}diskussion/stimme/"


@pytest.fixture
def comment(thread: Thread) -> Comment:
    """A comment that one guest had voted for before the voting of guests ended."""
    made = add_comment(thread=thread, text="Von Karl", guest_name="Karl")
    vote(comment=made, sender=Sender("203.0.113.9", "203.0.113.0/24"), value=1)
    close_ballot(thread=thread)
    return made


def link_to_votes(client: Client, address: str = HELGA) -> str:
    """Return where the letter leads that comes to `address`; "" where none comes."""
    before = Letter.objects.count()
    answer = client.post(ASK, {"address": address})
    assert (answer.status_code, answer["Location"]) == (303, reverse("readers:sent"))
    run_waiting()
    if Letter.objects.count() == before:
        return ""
    letter = Letter.objects.latest("pk")
    assert (letter.kind, letter.language) == ("discussion_voting", "de")
    (found,) = set(re.findall(rf"http://testserver({VOTE}\S+)", letter.text))
    assert found in letter.html
    return found


def test_stored_page_shows_counts_and_a_way_but_nothing_to_press(comment: Comment, client: Client) -> None:
    for address in (ARTICLE, f"{ARTICLE}diskussion/", f"{ARTICLE}diskussion/{comment.pk}/"):
        page = client.get(address).content.decode()
        buttons = re.findall(r'<button form="votes"[^>]*>', page)
        assert len(buttons) == 2
        assert all(" disabled" in button for button in buttons)
        assert f'href="{ASK}"' in page
        assert "data-readers" in page
    answer = client.post(VOTE, {"up": comment.pk})
    assert answer.status_code == 409
    assert "nur noch ab, wer eine bestätigte Adresse hat" in answer.content.decode()


def test_reader_votes_by_the_link_in_the_letter(thread: Thread, client: Client) -> None:
    _own, token = confirmed_comment(client)
    others = [add_comment(thread=thread, text=f"Gedanke {number}", guest_name="Karl") for number in range(25)]
    close_ballot(thread=thread)
    link = link_to_votes(client)
    answer = client.get(link)
    assert answer["Cache-Control"] == "no-store"
    page = answer.content.decode()
    assert len(re.findall(r'<button form="votes"[^>]*>', page)) == 40
    assert not re.search(r'<button form="votes"[^>]* disabled', page)
    (known_by,) = re.findall(r'name="known_by" value="([^"]+)"', page)
    assert known_by != token
    (more,) = re.findall(r'href="([^"]+)" rel="next"', page)
    assert f'id="comment-{others[-1].pk}"' in client.get(more).content.decode()

    said = client.post(VOTE, {"up": others[3].pk, "known_by": known_by}).content.decode()
    assert "Ihre Stimme für diesen Kommentar zählt." in said
    assert f'name="known_by" value="{known_by}"' in said
    assert f'href="{link}"' in said
    others[3].refresh_from_db()
    assert (others[3].up, others[3].votes.get().sender_key) == (1, "")
    # The token of the own page, which a device keeps, is as good.
    client.post(VOTE, {"none": others[3].pk, "known_by": token})
    others[3].refresh_from_db()
    assert others[3].up == 0
    # Whoever is no reader any more is asked for the address.
    withdraw_all(reader=helga())
    assert client.get(link)["Location"] == ASK


def test_nobody_learns_which_addresses_are_confirmed(comment: Comment, client: Client) -> None:
    assert link_to_votes(client, "otto@example.org") == ""
    assert client.post(ASK, {"address": "otto@"}).status_code == 422
    assert client.get(f"{VOTE}{'x' * 32}/")["Location"] == ASK
    limits.start_over()
    for _number in range(50):
        answer = client.post(ASK, {"address": "otto@example.org"})
        if answer.status_code != 303:
            break
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1
    assert "otto@example.org" in answer.content.decode()


def test_where_nobody_votes_there_is_no_way_to_it(thread: Thread, comment: Comment, client: Client) -> None:
    settings = DiscussionSettings.load()
    settings.has_votes = False
    settings.save()
    assert client.get(ASK).status_code == 404
    assert ASK not in client.get(ARTICLE).content.decode()
    settings.has_votes = True
    settings.save()
    assert client.get(ASK).status_code == 200
    Thread.objects.update(state=ThreadState.CLOSED)
    assert client.get(ASK).status_code == 404
    page = client.get(ARTICLE).content.decode()
    assert ASK not in page
    assert "<span>▲ 1</span>" in page


def test_token_of_an_own_page_votes_for_nothing_of_the_same_writer(thread: Thread, client: Client) -> None:
    elsewhere = Sender(address="198.51.100.77", neighbourhood="198.51.100.0/24")
    token = token_of(send(client, text="Noch als Gast geschrieben."))
    guest = Comment.objects.latest("pk")
    with pytest.raises(DiscussionError, match="eigener Kommentar"):
        vote(comment=guest, sender=elsewhere, value=1, known_by=token)
    _comment, later = confirmed_comment(client, text="Mit bestätigter Adresse.", known_by=token)
    _third, third = confirmed_comment(client, text="Von einem anderen Gerät.", name="Helga B.")
    for known_by in (token, later, third):
        with pytest.raises(DiscussionError, match="eigener Kommentar"):
            vote(comment=guest, sender=elsewhere, value=1, known_by=known_by)
    other = add_comment(thread=thread, text="Von Karl", guest_name="Karl")
    assert vote(comment=other, sender=elsewhere, value=1, known_by=later).up == 1


def test_reader_who_could_vote_as_a_guest_has_no_second_vote_when_that_is_over(thread: Thread, client: Client) -> None:
    office = Sender(address="203.0.113.9", neighbourhood="203.0.113.0/24")
    before = add_comment(thread=thread, text="Von Karl", guest_name="Karl")
    vote(comment=before, sender=office, value=1)
    _comment, token = confirmed_comment(client)
    between = add_comment(thread=thread, text="Noch einmal von Karl", guest_name="Karl")
    voted = add_comment(thread=thread, text="Von Otto", guest_name="Otto")
    Comment.objects.filter(pk__in=[before.pk, voted.pk]).update(created_on=timezone.now() - timedelta(days=1))
    vote(comment=voted, sender=office, value=1, known_by=token)
    close_ballot(thread=thread)
    with pytest.raises(DiscussionError, match="älter als die Bestätigung"):
        vote(comment=before, sender=office, value=1, known_by=token)
    assert vote(comment=between, sender=office, value=1, known_by=token).up == 1
    # Who had voted with the own key changes that vote whenever it was written.
    assert vote(comment=voted, sender=office, value=-1, known_by=token).up == 0
    # What came after the end, or where nobody could vote before, is open to all readers.
    Reader.objects.update(confirmed_at=timezone.now())
    after = add_comment(thread=thread, text="Danach", guest_name="Otto")
    Ballot.objects.update(closes_on=Comment.objects.get(pk=between.pk).created_on)
    Comment.objects.filter(pk=after.pk).update(created_on=timezone.now())
    assert vote(comment=after, sender=office, value=1, known_by=token).up == 1
