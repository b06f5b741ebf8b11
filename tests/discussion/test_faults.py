"""What goes wrong at readers' doors: nothing is stored, a sentence says why, and what was typed comes back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import product
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from wagtail.models import PageViewRestriction

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.actions import (
    DiscussionError,
    add_comment,
    approve_comment,
    arrange_thread,
    check_text,
    erase_comment,
    refuse_comment,
    remove_comment,
    withdraw_comment,
)
from freiblatt.discussion.actions.bookkeeping import locked, move
from freiblatt.discussion.models import (
    Comment,
    CommentState,
    CommentVersion,
    DiscussionSettings,
    Objection,
    Report,
    Thread,
    ThreadState,
    Vote,
)
from freiblatt.discussion.tokens import make_nonce
from freiblatt.lib import limits
from tests.discussion.hostile import Page, undone
from tests.factories import house_rule

ARTICLE = "/europa/ein-hafen-wird-verkauft/"
THREAD = f"{ARTICLE}diskussion/"
WRITE = f"{THREAD}schreiben/"
VOTE = f"{THREAD}stimme/"
TEXT = "Wer haftet eigentlich, wenn der Käufer zahlungsunfähig wird?"


@pytest.fixture(autouse=True)
def _desk(thread: Thread, open_desk: DiscussionSettings) -> None:
    """A thread, and a desk that lets comments appear at once."""


def nonce() -> str:
    """Return what a form carries whose preview somebody has looked at."""
    return make_nonce(Thread.objects.get().key, is_of_preview=True)


def write(client: Client, address: str = WRITE, **fields: str) -> Any:
    limits.start_over()
    return client.post(address, {"text": TEXT, "name": "Helga", "nonce": nonce(), **fields})


def own_page(client: Client, **fields: str) -> str:
    """Return the address of a fresh comment's own page."""
    location: str = write(client, **fields)["Location"]
    return location


def check_given_back(answer: HttpResponse, field: str = "text", text: str = TEXT) -> str:
    """Fail unless a sentence stands in the page and `text` in its form; return the sentences."""
    page = Page.of(answer)
    assert page.value(field) == text
    faults = " ".join("".join(one.itertext()) for one in page.by_class("form-fault"))
    assert faults.strip(), "no sentence says why"
    return faults


# Whom an answer answers.


def hold(comment: Comment) -> Comment:
    """Hold a public comment, as reports do."""
    thread, found = locked(comment)
    return move(thread, found, CommentState.WAITING)


GOING = {
    "held": hold,
    "removed": lambda comment: remove_comment(comment=comment, by=None, rule=house_rule()),
    "erased": lambda comment: erase_comment(comment=comment),
    "withdrawn": lambda comment: withdraw_comment(comment=comment),
}


def test_parent_that_went_meanwhile_stores_nothing_and_is_not_shown(thread: Thread, client: Client) -> None:
    for (how, go), has_answers in product(GOING.items(), (False, True)):
        parent = add_comment(thread=thread, text="Streng geheime Frage.", guest_name="Zacharias")
        if has_answers:
            add_comment(thread=thread, text="Eine Antwort.", guest_name="Ingo", parent=parent)
        address = f"{THREAD}{parent.pk}/antworten/"
        go(parent)
        count = Comment.objects.count()
        for preview in ({}, {"preview": "1"}):
            answer = write(client, address, **preview)
            assert answer.status_code == 422, how
            assert "nicht mehr da" in check_given_back(answer)
            assert "Streng geheime Frage." not in answer.content.decode()
        assert Comment.objects.count() == count
        assert client.get(address).status_code == 404


def test_parent_that_nobody_knows_is_not_found(client: Client) -> None:
    for number in ("999999", str(2**63 - 1), str(2**63), "9" * 40):
        address = f"{THREAD}{number}/antworten/"
        assert client.get(address).status_code == 404
        assert client.post(address, {"text": TEXT, "name": "Helga"}).status_code == 404
    assert not Comment.objects.exists()


def test_parent_in_wrong_section_or_language_is_not_found(thread: Thread, client: Client) -> None:
    parent = add_comment(thread=thread, text="Eine Frage.", guest_name="Ingo")
    for address in (
        f"/welt/ein-hafen-wird-verkauft/diskussion/{parent.pk}/antworten/",
        f"/en{ARTICLE}discussion/{parent.pk}/answer/",
    ):
        assert client.post(address, {"text": TEXT, "name": "Helga"}).status_code == 404
    assert Comment.objects.count() == 1


def test_doors_of_a_section_that_not_everybody_may_read_are_not_found(thread: Thread, client: Client) -> None:
    assert client.get(WRITE).status_code == 200
    section = thread.article.get_parent()
    restriction = PageViewRestriction.objects.create(page=section, restriction_type=PageViewRestriction.LOGIN)
    for address in (WRITE, THREAD, f"{THREAD}feed.atom"):
        assert client.get(address).status_code == 404
    assert write(client).status_code == 404
    restriction.delete()
    ArticlePage.objects.filter(pk=thread.article_id).update(live=False)
    assert write(client).status_code == 404
    assert not Comment.objects.exists()


# What the desk holds is shown nowhere.


def test_number_of_a_held_comment_shows_nothing_of_it_at_any_door(thread: Thread, client: Client) -> None:
    waiting = add_comment(
        thread=thread, text="Streng geheime Frage.", guest_name="Zacharias", state=CommentState.WAITING
    )
    refused = add_comment(
        thread=thread, text="Streng geheime Frage.", guest_name="Zacharias", state=CommentState.WAITING
    )
    refuse_comment(comment=refused, by=None, rule=house_rule())
    for held in (waiting, refused):
        base = f"{THREAD}{held.pk}/"
        answers = [client.get(base), client.get(f"{base}antworten/"), client.get(f"{base}melden/")]
        answers += [client.post(VOTE, {name: held.pk}) for name in ("up", "down", "none")]
        answers += [client.post(f"{base}melden/", {"rule": "respect"})]
        answers += [client.post(f"{base}antworten/", {"text": TEXT, "name": "Helga"})]
        for answer in answers:
            assert 400 <= answer.status_code < 500
            assert "geheim" not in answer.content.decode()
            assert "Zacharias" not in answer.content.decode()
    assert not Vote.objects.exists()
    assert not Report.objects.exists()


# What cannot be taken.


def test_long_text_comes_back_whole(client: Client) -> None:
    for size, more in ((5001, {"preview": "1"}), (99_000, {}), (100_001, {"preview": "1"})):
        text = "ab " * 1000 + "x" * (size - 3000)
        answer = write(client, text=text, **more)
        assert answer.status_code == 422
        assert "zu lang" in check_given_back(answer, text=text)
    assert not Comment.objects.exists()


@pytest.mark.once
def test_what_is_hard_to_read_is_read_or_refused() -> None:
    for unit in ("[", "![", "*", "_*", "> ", "`", "<", "https://(", "&", "1. ", "\\", "[x](", "]("):
        text = f"x {unit * 90_000}"
        assert check_text(text[:5000]).startswith("x")
        with pytest.raises(DiscussionError, match="zu lang"):
            check_text(text[:90_000])


def test_what_people_do_not_see_is_no_reason_to_refuse_a_text(client: Client) -> None:
    for name, value in (
        *(("known_by", value) for value in ("x" * 5000, "\0", "ä" * 32)),
        *(("website", value) for value in ("x" * 5000, "\0")),
        ("corrects", "x" * 5000),
    ):
        with undone():
            assert write(client, **{name: value}).status_code == 303
            comment = Comment.objects.get()
            assert comment.source_text == TEXT
            assert (comment.state == CommentState.WAITING) == (name == "website")


def test_nonce_of_somebody_elses_making_leads_to_a_preview(client: Client) -> None:
    for made_up in ("x" * 5000, "\0", "p.p0.x", "ä.fzz.x"):
        answer = write(client, nonce=made_up)
        assert answer.status_code == 200
        page = Page.of(answer)
        assert page.value("text") == TEXT
        assert page.value("nonce") != made_up
    assert not Comment.objects.exists()


def test_closed_meanwhile_answers_and_passages_come_back_too(thread: Thread, client: Client) -> None:
    parent = add_comment(thread=thread, text="Eine Frage.", guest_name="Ingo")
    arrange_thread(thread=thread, state=ThreadState.CLOSED)
    for address in (WRITE, f"{THREAD}{parent.pk}/antworten/"):
        for preview in ({}, {"preview": "1"}):
            answer = write(client, address, **preview)
            assert answer.status_code == 409
            assert "geschlossen" in check_given_back(answer)
    assert Comment.objects.count() == 1


# The own page.


def test_edit_that_cannot_be_taken_comes_back_and_changes_nothing(client: Client) -> None:
    own = own_page(client)
    for text in ("", "  \n", "\u200b", "y" * 5001, "y" * 100_001, "\0 Text"):
        answer = client.post(f"{own}aendern/", {"text": text})
        assert answer.status_code == 422
        check_given_back(answer, text=text.replace("\0", "\ufffd"))
    assert Comment.objects.get().source_text == TEXT
    assert not CommentVersion.objects.exists()


def test_own_page_says_when_to_come_back(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("freiblatt.discussion.actions.posting.EDITS_OF_ONE", 1)
    monkeypatch.setattr("freiblatt.discussion.actions.reporting.REPORTS_OF_ONE", 1)
    monkeypatch.setattr("freiblatt.readers.actions.LETTERS_PER_NEIGHBOURHOOD", 1)
    own, removed = own_page(client), own_page(client, text="Gibt es ein Gutachten dazu?")
    comment = Comment.objects.latest("pk")
    report = {"rule": "respect", "nonce": report_nonce(comment)}
    assert client.post(f"{THREAD}{comment.pk}/melden/", report).status_code == 303
    remove_comment(comment=comment, by=None, rule=house_rule())
    assert client.post(f"{own}aendern/", {"text": "Ein neuer Text."}).status_code == 303
    assert client.post(f"{own}briefe/", {"mail": "ingo@example.org"}).status_code == 303
    doors = {
        f"{own}aendern/": {"text": "Noch ein Text."},
        f"{removed}einspruch/": {"text": "Das war ein Zitat."},
        f"{own}briefe/": {"mail": "helga@example.org", "notify_answers": "on"},
    }
    for door, sent in doors.items():
        answer = client.post(door, sent)
        assert answer.status_code == 429, door
        assert int(answer["Retry-After"]) > 0
        for name in sent.keys() & {"text", "mail"}:
            assert "viel" in check_given_back(answer, name, sent[name])


@pytest.mark.parametrize("why", ["late", "answered"])
def test_edit_that_comes_too_late_comes_back(thread: Thread, client: Client, why: str) -> None:
    own = own_page(client)
    if why == "late":
        Comment.objects.update(created_on=timezone.now() - timedelta(minutes=16))
    else:
        add_comment(thread=thread, text="Niemand.", guest_name="Ingo", parent=Comment.objects.get())
    answer = client.post(f"{own}aendern/", {"text": "Ein langer neuer Gedanke."})
    assert answer.status_code == 422
    assert "nicht mehr" in check_given_back(answer, text="Ein langer neuer Gedanke.")
    assert "Ein langer neuer Gedanke." not in client.get(own).content.decode()


def test_doors_of_a_token_that_opens_nothing_store_nothing(client: Client) -> None:
    own = own_page(client)
    own = own.replace(own.rstrip("/").rpartition("/")[2], "x" * 32)
    for door in ("aendern/", "zurueckziehen/", "einspruch/", "briefe/"):
        answer = client.post(f"{own}{door}", {"text": TEXT, "mail": "helga@example.org", "notify_answers": "on"})
        assert answer.status_code == 404
    assert Comment.objects.get().source_text == TEXT
    assert not Objection.objects.exists()


def test_objection_that_cannot_be_taken_comes_back(client: Client) -> None:
    own = own_page(client)
    remove_comment(comment=Comment.objects.get(), by=None, rule=house_rule())
    for text in ("", " ", "z" * 3001, "z" * 60_001, "\0"):
        answer = client.post(f"{own}einspruch/", {"text": text})
        assert answer.status_code == 422
        check_given_back(answer, text=text.replace("\0", "\ufffd"))
    assert not Objection.objects.exists()


def test_second_objection_comes_back_with_a_sentence(client: Client) -> None:
    own = own_page(client)
    remove_comment(comment=Comment.objects.get(), by=None, rule=house_rule())
    assert client.post(f"{own}einspruch/", {"text": "Das war ein Zitat."}).status_code == 303
    answer = client.post(f"{own}einspruch/", {"text": "Und noch etwas."})
    assert answer.status_code == 422
    check_given_back(answer, text="Und noch etwas.")
    assert Objection.objects.get().text == "Das war ein Zitat."


# Votes and reports.


def test_votes_meanwhile_closed_or_too_many_say_so_on_page_and_to_the_module(
    thread: Thread, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("freiblatt.discussion.actions.voting.VOTES_OF_ONE", 2)
    comment = add_comment(thread=thread, text="Eine Frage.", guest_name="Ingo")
    as_json = {"Accept": "application/json"}
    for number in range(3):
        answer = client.post(VOTE, {("up", "down")[number % 2]: comment.pk})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "Das waren viele Stimmen" in answer.content.decode()
    told = client.post(VOTE, {"up": comment.pk}, headers=as_json)
    assert (told.status_code, set(told.json())) == (429, {"fault"})
    limits.start_over()
    before = Vote.objects.get().value
    arrange_thread(thread=thread, state=ThreadState.CLOSED)
    answer = client.post(VOTE, {"up": comment.pk})
    assert answer.status_code == 409
    assert "Eine Frage." in answer.content.decode()
    assert client.post(VOTE, {"up": comment.pk}, headers=as_json).json()["fault"]
    assert Vote.objects.get().value == before


def test_report_that_cannot_be_taken_says_why(thread: Thread, client: Client) -> None:
    comment = add_comment(thread=thread, text="Eine Frage.", guest_name="Ingo")
    door = f"{THREAD}{comment.pk}/melden/"
    wrong = [{"name": "n" * 501}, {"address": "a" * 501}, {"nonce": "x" * 500}]
    wrong += [{name: "\0"} for name in ("name", "address", "explanation", "rule")]
    for fields in wrong:
        sent = {"rule": "respect", "nonce": report_nonce(comment), "explanation": "Weil es so ist.", **fields}
        answer = client.post(door, sent)
        assert answer.status_code == 422
        check_given_back(answer, "explanation", sent["explanation"].replace("\0", "\ufffd"))
    assert not Report.objects.exists()


def report_nonce(comment: Comment) -> str:
    return make_nonce(f"report:{comment.pk}")


# The database is busy.

#: What readers' forms write to.
WRITTEN = (
    *("discussion_thread", "discussion_comment", "discussion_vote", "discussion_report", "discussion_objection"),
    *("discussion_commentversion", "readers_reader", "readers_consent", "letters_letter", "letters_subscription"),
)


@contextmanager
def busy_database() -> Iterator[None]:
    """Keep everybody from writing, as a long transaction of somebody else does; readers read on."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(settings["NAME"], isolation_level=None)) as other, connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            (before,) = cursor.fetchone()
            cursor.execute("PRAGMA busy_timeout = 20")
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
            cursor.execute(f"PRAGMA busy_timeout = {before}")
        return
    known = connection.get_connection_params()
    parameters = {name: known[name] for name in ("dbname", "user", "password", "host", "port") if name in known}
    with psycopg.connect(**parameters) as other, connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '20ms'")
        other.execute(f"LOCK TABLE {', '.join(WRITTEN)} IN EXCLUSIVE MODE")
        yield
        other.rollback()
        cursor.execute("RESET lock_timeout")


@pytest.mark.django_db(transaction=True)
def test_busy_database_costs_nobody_a_text(thread: Thread, client: Client) -> None:
    parent = add_comment(thread=thread, text="Eine Frage.", guest_name="Ingo")
    own = own_page(client)
    removed = own_page(Client(REMOTE_ADDR="198.51.100.7"))
    remove_comment(comment=Comment.objects.latest("pk"), by=None, rule=house_rule())
    answer_door, report_door = f"{THREAD}{parent.pk}/antworten/", f"{THREAD}{parent.pk}/melden/"
    doors = {
        WRITE: {"text": TEXT, "name": "Helga", "nonce": nonce()},
        answer_door: {"text": TEXT, "name": "Helga", "nonce": nonce()},
        f"{own}aendern/": {"text": "Ein neuer Text."},
        f"{removed}einspruch/": {"text": "Das war ein Zitat."},
        f"{own}briefe/": {"mail": "helga@example.org", "notify_answers": "on"},
        report_door: {"rule": "respect", "explanation": "Weil.", "nonce": report_nonce(parent)},
        f"{own}zurueckziehen/": {},
        VOTE: {"up": str(parent.pk)},
    }
    before = (Comment.objects.count(), CommentVersion.objects.count())
    for door, sent in doors.items():
        with busy_database():
            answer = client.post(door, sent)
        assert answer.status_code == 503, door
        assert int(answer["Retry-After"]) > 0
        assert "Im Augenblick ist zu viel los" in answer.content.decode(), door
        page = Page.of(answer)
        for name, typed in sent.items():
            if name in ("text", "name", "mail", "explanation"):
                assert page.value(name) == typed, door
    assert (Comment.objects.count(), CommentVersion.objects.count()) == before
    assert [model.objects.count() for model in (Report, Objection, Vote)] == [0, 0, 0]
    # When it is over, all goes through; the forms come with what they need.
    for door, sent in doors.items():
        assert client.post(door, sent).status_code in (200, 303), door


@pytest.mark.django_db(transaction=True)
def test_busy_database_takes_nobodys_turn_in_a_slow_discussion(thread: Thread, client: Client) -> None:
    Thread.objects.update(slow_minutes=10)
    sent = {"text": TEXT, "name": "Helga", "nonce": nonce()}
    with busy_database():
        assert client.post(WRITE, sent).status_code == 503
    assert client.post(WRITE, sent).status_code == 303
    assert client.post(WRITE, {**sent, "text": f"{TEXT} Und seit wann?", "nonce": nonce()}).status_code == 429


@pytest.mark.django_db(transaction=True)
def test_receipt_keeps_an_objection_that_found_the_database_busy(thread: Thread, client: Client) -> None:
    comment = add_comment(thread=thread, text="Eine Frage.", guest_name="Ingo")
    door = f"{THREAD}{comment.pk}/melden/"
    receipt = client.post(door, {"rule": "respect", "nonce": report_nonce(comment)})["Location"]
    approve_comment(comment=comment, by=None)
    with busy_database():
        answer = client.post(f"{receipt}einspruch/", {"text": "Lesen Sie genauer."})
    assert answer.status_code == 503
    assert "Im Augenblick" in check_given_back(answer, text="Lesen Sie genauer.")
    assert client.post(f"{receipt}einspruch/", {"text": "Lesen Sie genauer."}).status_code == 303
