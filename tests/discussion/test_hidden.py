"""What waits for the desk or was refused is read by nobody, also where answers stand below it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from freiblatt.discussion.actions import (
    add_comment,
    approve_comment,
    forget_reports,
    refuse_comment,
    remove_comment,
    withdraw_comment,
)
from freiblatt.discussion.actions.bookkeeping import locked, move
from freiblatt.discussion.models import Comment, CommentState, DiscussionSettings, Report, Slot, Thread
from tests.discussion.test_reporting import send
from tests.factories import house_rule

pytestmark = pytest.mark.django_db

ARTICLE = "/europa/ein-hafen-wird-verkauft"
WORDS = "Der Verfasser ist ein Lump."
CHECKED = "wird von der Redaktion geprüft"


@pytest.fixture
def root(thread: Thread) -> Comment:
    return add_comment(thread=thread, guest_name="Helga", text=WORDS)


@pytest.fixture
def answer(thread: Thread, root: Comment) -> Comment:
    return add_comment(thread=thread, guest_name="Ingo", text="Das sehe ich anders.", parent=root)


def hide(comment: Comment) -> Comment:
    """Take a comment out of sight as a number of reports does."""
    thread, found = locked(comment)
    return move(thread, found, CommentState.WAITING)


def pages(client: Client, root: Comment, answer: Comment) -> dict[str, str]:
    """Return every page on which readers find the answer."""
    base = f"{ARTICLE}/diskussion/"
    addresses = [base, f"{base}neueste/", f"{base}{root.pk}/", f"{base}{answer.pk}/", f"{base}feed.atom"]
    answers = {address: client.get(address) for address in addresses}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {address: answer.content.decode() for address, answer in answers.items()}


@pytest.mark.parametrize("is_refused", [False, True])
def test_text_and_name_of_what_is_hidden_stand_nowhere(
    root: Comment, answer: Comment, client: Client, is_refused: bool
) -> None:
    comment = hide(root)
    if is_refused:
        comment = refuse_comment(comment=comment, by=None, rule=house_rule())
    for address, html in pages(client, root, answer).items():
        assert WORDS not in html, address
        assert "Helga" not in html, address
        assert "Das sehe ich anders." in html, address
        if not address.endswith("feed.atom"):
            assert ("Die Redaktion hat diesen Kommentar entfernt." if is_refused else CHECKED) in html, address


def test_hidden_root_keeps_its_place_while_answers_stand_below_it(
    thread: Thread, root: Comment, answer: Comment, client: Client
) -> None:
    hidden = hide(root)
    assert (hidden.slot, hidden.n_replies) == (Slot.ROOT, 1)
    thread.refresh_from_db()
    assert (thread.n_public, thread.n_held) == (1, 1)
    remove_comment(comment=answer, by=None, rule=house_rule())
    hidden.refresh_from_db()
    assert (hidden.slot, hidden.n_replies) == (Slot.NOT_LISTED, 0)
    assert client.get(f"{ARTICLE}/diskussion/{root.pk}/").status_code == 404


def test_chain_of_hidden_ones_goes_with_the_last_answer(thread: Thread, root: Comment, answer: Comment) -> None:
    last = add_comment(thread=thread, guest_name="Ela", text="Genau.", parent=answer)
    hide(answer)
    hide(root)
    root.refresh_from_db()
    assert (root.slot, root.n_replies) == (Slot.ROOT, 2)
    withdraw_comment(comment=last)
    assert not Comment.objects.listed().exists()


def test_what_the_desk_approves_is_read_again(root: Comment, answer: Comment, client: Client) -> None:
    approve_comment(comment=hide(root), by=None)
    html = client.get(f"{ARTICLE}/diskussion/").content.decode()
    assert WORDS in html
    assert CHECKED not in html


def test_vote_page_of_what_is_hidden_shows_no_text(root: Comment, answer: Comment, client: Client) -> None:
    hide(root)
    html = client.post(f"{ARTICLE}/diskussion/stimme/", {"up": root.pk}).content.decode()
    assert WORDS not in html


def test_feed_keeps_quiet_about_writers_of_what_is_gone(root: Comment, answer: Comment, client: Client) -> None:
    assert "Helga" in client.get(f"{ARTICLE}/diskussion/feed.atom").content.decode()
    remove_comment(comment=root, by=None, rule=house_rule())
    feed = client.get(f"{ARTICLE}/diskussion/feed.atom").content.decode()
    assert "Helga" not in feed
    assert "Ingo" in feed


def test_one_network_that_reports_again_and_again_hides_nothing(root: Comment) -> None:
    DiscussionSettings.objects.update_or_create(defaults={"reports_to_hold": 2})
    for _round in range(3):
        send(Client(REMOTE_ADDR="198.51.100.7"), root)
        Report.objects.exclude(network_key="").update(made_on=timezone.now() - timedelta(hours=47, minutes=1))
        assert forget_reports.call()["networks"] == 1
    root.refresh_from_db()
    assert root.state == CommentState.PUBLIC
    for number in range(2):
        send(Client(REMOTE_ADDR=f"198.51.{number}.7"), root)
    root.refresh_from_db()
    assert (root.state, root.hold_reasons) == (CommentState.WAITING, [{"rule": "reported", "detail": "2"}])
