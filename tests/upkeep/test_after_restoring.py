"""What a restored publication ends by itself, because nobody knows what became of it since the backup."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.signing import TimestampSigner
from django.test import Client
from django.utils import timezone
from wagtail.models import ModelLogEntry

from freiblatt.articles.actions import found_publication, share_draft
from freiblatt.discussion.actions import add_comment, open_thread
from freiblatt.discussion.actions.knowing import of_token
from freiblatt.discussion.models import Comment
from freiblatt.discussion.tokens import reader_token
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.models import Letter, LetterState
from freiblatt.newsroom.actions import LinkError, find_link, invite, one_time_link
from freiblatt.newsroom.models import OneTimeLink
from freiblatt.newsroom.roles import Role
from freiblatt.readers import links
from freiblatt.readers.models import Consent, Reader, ReaderState
from freiblatt.upkeep.actions.restoring import Restored, come_to_life
from freiblatt.upkeep.dumps import Facts
from freiblatt.upkeep.manifest import Manifest
from tests.cast import make_owner
from tests.factories import make_article, make_section

pytestmark = pytest.mark.django_db


def restored() -> Restored:
    manifest = Manifest("0.0.9", datetime(2026, 11, 23, 2, 30, tzinfo=UTC), "Testblatt", "", "sqlite", [])
    return Restored(manifest, Facts("sqlite", "", {}, []), 0, is_other_database=False, missing=[])


def test_every_door_that_was_open_is_closed_and_letters_wait_for_an_owner(client: Client) -> None:
    found_publication(name="Testblatt", url="http://testserver", languages=("de", "en"))
    owner = make_owner()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/").status_code == 200
    link = one_time_link(member=owner)
    _member, invitation = invite(email="neu@example.org", roles=[Role.EDITOR])
    share, _token = share_draft(
        article=make_article(section=make_section(), is_published=False), for_whom="Kanzlei", by=owner,
        valid_for=timedelta(days=3),
    )  # fmt: skip
    from freiblatt.letters.actions import post_words

    waiting = post_words(to="rosa@example.org", subject="Gruß", text="x", html="", language="de", kind="story")
    used = OneTimeLink.objects.create(
        member=owner, purpose="password", token_hash="x", expires_at=timezone.now(), used_at=timezone.now()
    )

    done = come_to_life(restored=restored())

    assert {name: done[name] for name in ("sessions", "links", "shares", "letters", "dead_letters")} == {
        "sessions": 1,
        "links": 2,
        "shares": 1,
        "letters": 1,
        "dead_letters": 1,
    }
    assert client.get("/admin/").status_code == 302
    for address in (link, invitation):
        with pytest.raises(LinkError):
            find_link(token=address.rstrip("/").rpartition("/")[2])
    used.refresh_from_db()
    assert used.revoked_at is None
    share.refresh_from_db()
    assert not share.is_open
    run_waiting()
    waiting.refresh_from_db()
    assert waiting.state == LetterState.HELD
    # Its only content was a link that leads nowhere now.
    assert Letter.objects.get(kind="newsroom_invitation").state == LetterState.DISCARDED
    (entry,) = ModelLogEntry.objects.filter(action="upkeep.restore")
    assert "2026-11-23" in str(entry.data)


def reader_with_comment(address: str, **numbers: int) -> tuple[Reader, Consent, Comment]:
    """Return a confirmed reader who has been asked for one thing more and has written a comment."""
    reader = Reader.objects.create(
        address_key=address.ljust(64, "0"), address=address, language="de", state=ReaderState.CONFIRMED,
        confirmed_at=timezone.now(), pk=numbers.get("reader"),
    )  # fmt: skip
    consent = Consent.objects.create(
        reader=reader, purpose="x", language="de", wording="Ja.", wording_version="1", pk=numbers.get("consent")
    )
    article = make_article(section=make_section(slug=address.partition("@")[0]))
    comment = add_comment(thread=open_thread(article=article), guest_name="Helga", text="Wer haftet?")
    Comment.objects.filter(pk=comment.pk).update(reader=reader, id=numbers.get("comment", comment.pk))
    return reader, consent, Comment.objects.get(reader=reader)


def test_links_of_readers_who_came_after_the_backup_open_nobody_elses_page(client: Client) -> None:
    found_publication(name="Testblatt", url="http://testserver", languages=("de", "en"))
    alice, wish, comment = reader_with_comment("alice@example.org")
    page, wanted, own = links.page_token(alice), links.confirm_token(wish), reader_token(comment)
    assert links.open_page(page).reader == alice
    assert links.open_confirmation(wanted) == [wish]
    assert of_token(own) == comment
    numbers = {"reader": alice.pk, "consent": wish.pk, "comment": comment.pk}
    # As before she came, and then somebody else gets the numbers that were hers.
    comment.delete()
    alice.delete()
    come_to_life(restored=restored())
    bob, bobs_wish, bobs_comment = reader_with_comment("bob@example.org", **numbers)
    assert {"reader": bob.pk, "consent": bobs_wish.pk, "comment": bobs_comment.pk} == numbers
    with pytest.raises(links.LinkError):
        links.open_page(page)
    with pytest.raises(links.LinkError):
        links.open_confirmation(wanted)
    assert of_token(own) is None
    assert client.post(f"/leser/bestaetigen/{wanted}/").status_code == 404
    assert not Consent.objects.standing().exists()


def test_links_that_went_out_before_they_had_a_salt_lead_on() -> None:
    found_publication(name="Testblatt", url="http://testserver", languages=("de", "en"))
    alice, wish, comment = reader_with_comment("alice@example.org")
    Reader.objects.update(salt="")
    Consent.objects.update(salt="")
    alice.refresh_from_db()
    wish.refresh_from_db()
    page = TimestampSigner(salt="freiblatt.readers.page", sep=".").sign(f"{alice.pk}-0")
    wanted = TimestampSigner(salt="freiblatt.readers.confirm", sep=".").sign(str(wish.pk))
    assert links.open_page(page).reader == alice
    assert links.open_confirmation(wanted) == [wish]
    assert links.open_page(links.page_token(alice)).reader == alice
    come_to_life(restored=restored())
    assert links.open_page(page).reader == alice
    assert of_token(reader_token(Comment.objects.select_related("reader").get(pk=comment.pk))) == comment


def test_a_second_time_changes_nothing() -> None:
    come_to_life(restored=restored())
    done = come_to_life(restored=restored())
    assert {count for name, count in done.items() if name != "marks"} == {0}


def test_the_console_lists_what_ended_and_what_to_do_again(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from freiblatt.cli.restore import tell_what_ended

    tell_what_ended(
        {"jobs": 1, "marks": 0, "sessions": 3, "links": 0, "shares": 1, "letters": 4, "dead_letters": 2},
        made_at=datetime(2026, 11, 23, 2, 30, tzinfo=UTC),
    )
    said = capsys.readouterr().out
    for words in ("3 sessions", "1 link to a shared draft", "4 letters", "freiblatt letters", "1 job that ran"):
        assert words in said
    assert "one-time" not in said
    for words in ("accounts that were closed", "articles that were withdrawn", "readers who were erased"):
        assert words in said.split("Do again")[1]
