"""Reading a text closely costs more than all else that is done with it: each try counts, and nobody waits for it."""

import pytest
from django.test import Client

from freiblatt.discussion.actions import edit_comment, posting
from freiblatt.discussion.actions.bookkeeping import locked
from freiblatt.discussion.actions.posting import EDITS_OF_ONE, POSTS_OF_ONE
from freiblatt.discussion.models import Comment, CommentVersion, Thread
from freiblatt.discussion.text import to_html
from tests.discussion.letters_story import TEXT, send

pytestmark = pytest.mark.usefixtures("unhurried", "open_desk")


@pytest.mark.parametrize("text", [TEXT, "-\n" * 30], ids=["unchanged", "nothing"])
def test_every_try_of_an_edit_is_counted_whatever_becomes_of_it(thread: Thread, client: Client, text: str) -> None:
    own = send(client)["Location"]
    answers = [client.post(f"{own}aendern/", {"text": text}).status_code for _number in range(EDITS_OF_ONE + 1)]
    assert answers == [303 if text == TEXT else 422] * EDITS_OF_ONE + [429]
    assert not CommentVersion.objects.exists()


def test_text_that_shows_nothing_is_counted_too(thread: Thread, client: Client) -> None:
    answers = [send(client, text="-\n" * 30).status_code for _number in range(POSTS_OF_ONE + 1)]
    assert answers == [422] * POSTS_OF_ONE + [429]
    assert not Comment.objects.exists()


def test_edit_reads_no_text_under_the_lock(thread: Thread, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    locks: list[str] = []
    send(client)
    monkeypatch.setattr(posting, "locked", lambda comment: locks.append("locked") or locked(comment))
    monkeypatch.setattr(posting, "to_html", lambda text: locks.append("read") or to_html(text))
    edit_comment(comment=Comment.objects.get(), text="Nun anders.")
    assert locks == ["read", "locked"]
