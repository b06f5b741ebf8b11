"""Behind every door where strangers write, what they type is text: in letters, for the desk, in forms, in the log."""

import json
import logging
from contextlib import suppress
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from freiblatt.discussion.actions import (
    add_comment,
    approve_comment,
    edit_comment,
    object_as_reporter,
    remove_comment,
    report_comment,
)
from freiblatt.discussion.actions.news import note_news
from freiblatt.discussion.models import Anchor, CommentState, Objection, Report, Thread
from freiblatt.discussion.text import tidy, tidy_name
from freiblatt.discussion.tokens import make_nonce, read_nonce
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.delivery import message_of
from freiblatt.letters.models import Letter
from freiblatt.lib import limits
from freiblatt.lib.logs import formatter
from freiblatt.lib.mail_addresses import normalise
from freiblatt.readers.actions import export, page_url
from freiblatt.readers.models import Reader
from tests.discussion import at_the_desk
from tests.discussion.at_the_desk import QUEUE, decide
from tests.discussion.hostile import (
    HARMLESS,
    MARKUP,
    NAMES,
    PAYLOADS,
    TEXTS,
    THREAD,
    Page,
    arrived,
    as_parsed,
    check_markup,
    post,
    post_raw,
    posted,
    text_of,
    undone,
)
from tests.discussion.letters_story import confirmed_comment, tell
from tests.factories import house_rule

pytestmark = pytest.mark.django_db

#: What a letter of ours may have for headers.
HEADERS = {
    *("Subject", "From", "To", "Date", "Message-ID", "MIME-Version", "Content-Type", "Reply-To", "Auto-Submitted"),
    *("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "X-Auto-Response-Suppress", "Precedence"),
}
#: What stands at each door, text and name.
TYPED = list(zip(TEXTS, NAMES, strict=True))


@pytest.fixture(autouse=True)
def _desk(told_at_once: None) -> None:
    """Forms that need no time, and a desk that tells writers at once."""


#: As local part of an address, bare and between quotation marks, and as a whole one.
ADDRESSES = [
    *(f'"{one}"@example.org' for one in PAYLOADS if len(one) < 60),
    *(f"{one}@example.org" for one in PAYLOADS if len(one) < 60),
    *(f"helga@{one}" for one in PAYLOADS if len(one) < 60),
    "helga@example.org\r\nBcc: everybody@example.org",
    "helga@example.org\n\nBody",
    "helga@example.org, everybody@example.org",
    "Helga <helga@example.org>",
    "<helga@example.org>",
    "helga@example.org?bcc=everybody@example.org",
    '"\x01\x1b\x1c"@example.org',
    '"a\\\x0d\x0aBcc: x@y.example"@example.org',
    "helga@[127.0.0.1]",
    "helga@xn--a.example",
    "helga@bücher.example",
    "helga@example.org" + "x" * 300,
]


@pytest.mark.once
def test_hostile_mail_addresses_forge_no_header(thread: Thread, client: Client) -> None:
    taken = []
    for address in ADDRESSES:
        with suppress(ValidationError):
            taken.append(normalise(arrived(address)))
    assert 3 < len(taken) < len(ADDRESSES) / 3
    comment = add_comment(thread=thread, guest_name="Otto", text=HARMLESS)
    for address in (taken[0], MARKUP[22], ADDRESSES[-9]):
        answer = post(client, HARMLESS, "Helga", mail=address, notify_answers="on")
        if address in taken:
            assert answer.status_code == 303
        else:
            assert answer.status_code == 422
            page = Page.of(answer)
            page.check_addresses()
            assert page.value("mail") == as_parsed(address)
            assert page.value("text") == HARMLESS
    report = {"rule": "respect", "address": taken[0], "name": MARKUP[22], "nonce": make_nonce(f"report:{comment.pk}")}
    assert post_raw(client, f"{THREAD}{comment.pk}/melden/", report).status_code == 303
    run_waiting()
    letters = list(Letter.objects.all())
    assert {letter.kind for letter in letters} == {"readers_confirm", "discussion_report_received"}
    for letter in letters:
        for letter.to_address in taken:
            check_letter(letter)


def check_letter(letter: Letter) -> Any:
    """Return the message that a letter becomes; fail on any header that is not one of ours, or that names others."""
    built = message_of(letter).message().as_bytes()
    message = message_from_bytes(built, policy=policy.default)
    assert set(message.keys()) <= HEADERS
    assert len(message.keys()) == len(set(message.keys()))
    (to,) = message["To"].addresses
    assert to.domain == letter.to_address.rpartition("@")[2]
    assert len(letter.subject.splitlines()) == 1
    assert not message.defects
    html = message.get_body(("html",))
    assert html is not None
    Page(html.get_content()).check_letter()
    return message


def test_letters_about_hostile_comments_quote_them_as_text(
    thread: Thread, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("freiblatt.discussion.actions.news.LETTERS_A_DAY", 1000)
    comment, _token = confirmed_comment(client, notify_answers="on", notify_thread="on")
    if comment.state == CommentState.WAITING:
        approve_comment(comment=comment, by=None)
    tell(thread)
    with_harmless = add_comment(thread=thread, parent=comment, guest_name="Otto", text=HARMLESS)
    note_news(with_harmless)
    tell(thread)
    harmless = Letter.objects.get(kind="discussion_news")
    plain = Page(harmless.html).skeleton(without=frozenset())
    for text, name in TYPED:
        limits.start_over()
        found, _own = posted(client, text, name, address=f"{THREAD}{comment.pk}/antworten/")
        assert found is not None
        tell(thread)
        letter = Letter.objects.filter(kind="discussion_news").latest("pk")
        assert letter.pk != harmless.pk
        assert letter.subject == harmless.subject
        check_letter(letter)
        page = Page(letter.html)
        assert page.skeleton(without=frozenset()) == plain
        assert tidy_name(text_of(page.root)).count(found.guest_name) >= 1
        harmless = letter


def test_decision_is_told_with_the_text_as_text(thread: Thread, client: Client) -> None:
    comment, token = confirmed_comment(client)
    if comment.state == CommentState.WAITING:
        approve_comment(comment=comment, by=None)
    for text, name in TYPED:
        limits.start_over()
        found, _own = posted(client, text, name, known_by=token)
        assert found is not None
        remove_comment(comment=found, by=None, rule=house_rule(), words=tidy(arrived(text))[:900])
        run_waiting()
    told = Letter.objects.filter(kind="discussion_decision")
    assert told.count() == len(TYPED) + 1  # and that the first one is public
    for letter in told:
        check_letter(letter)
    page = Page.of(client.get(urlsplit(page_url(reader=Reader.objects.get())).path))
    page.check_addresses()
    assert "script" not in {one.tag for one in page.by_class("readers-consents")[0].iter()}
    json.dumps(export(reader=Reader.objects.get()), default=str)


def test_reports_and_objections_are_text_on_their_receipts(thread: Thread, client: Client) -> None:
    comment = add_comment(thread=thread, guest_name="Otto", text=HARMLESS)
    door = f"{THREAD}{comment.pk}/melden/"
    built: dict[str, list[str]] = {}
    for text, name in [("Es ist so.", "Helga"), *TYPED]:
        with undone():
            fields = {"rule": "law", "nonce": make_nonce(f"report:{comment.pk}"), "is_in_good_faith": "on"}
            answer = post_raw(client, door, {**fields, "explanation": f"Weil: {text}"[:2900], "name": name})
            receipt = answer["Location"]
            shown = {"open": Page.of(client.get(receipt))}
            approve_comment(comment=Report.objects.get().comment, by=None, words="Es bleibt.")
            assert post_raw(client, f"{receipt}einspruch/", {"text": f"Doch: {text}"[:2900]}).status_code == 303
            shown["objection"] = Page.of(client.get(receipt))
            for at, page in shown.items():
                page.check_addresses()
                bones = [bone for bone in page.skeleton() if not bone.endswith(" br ")]
                assert bones == built.setdefault(at, bones), (at, text)


def test_desk_reads_reports_and_objections_as_text(thread: Thread, client: Client, desk: Client) -> None:
    for text, name in [("Es ist so.", "Helga"), *TYPED]:
        comment = add_comment(thread=thread, guest_name="Otto", text=HARMLESS)
        limits.start_over()
        report_comment(
            comment=comment,
            rule=house_rule("law"),
            nonce=read_nonce(make_nonce("report"), "report"),
            sender=at_the_desk.SENDER,
            explanation=f"Weil: {arrived(text)}"[:2900],
            name=arrived(name),
            is_in_good_faith=True,
        )
    check_entries(Page.of(desk.get(QUEUE)), len(TYPED) + 1)
    for report in Report.objects.order_by("pk"):
        approve_comment(comment=report.comment, by=None)
        words = report.explanation.removeprefix("Weil: ")
        limits.start_over()
        object_as_reporter(report=report, text=f"Doch: {words}"[:2900], sender=at_the_desk.SENDER)
    assert Objection.objects.count() == len(TYPED) + 1
    check_entries(Page.of(desk.get(QUEUE)), len(TYPED) + 1)


def check_entries(page: Page, count: int) -> None:
    """Fail unless the desk sees `count` comments, each built like the first, whatever strangers wrote in them."""
    without = frozenset({"desk-text", "desk-reasons", "desk-typed", "desk-above"})
    entries = page.by_class("desk-entry")
    assert len(entries) == count
    built: list[str] = []
    for entry in entries:
        bones = [bone for bone in page.skeleton(entry, without=without) if not bone.endswith(" br ")]
        built = built or bones
        assert bones == built, text_of(entry)


def test_desk_reads_hostile_comments_as_text(thread: Thread, desk: Client) -> None:
    comments = []
    for text, name in [(HARMLESS, "Otto"), *TYPED]:
        one = at_the_desk.post(thread, f"Frage: {arrived(text)}", name=arrived(name))
        comments.append(edit_comment(comment=one, text=f"Anders: {arrived(text)}"))
        limits.start_over()
    page = Page.of(desk.get(QUEUE))
    check_entries(page, len(comments))
    for said in page.by_class("desk-text"):
        check_markup(said)
    for typed_before in page.by_class("desk-typed"):
        assert len(list(typed_before.iter())) == 1
    for reasons in page.by_class("desk-reasons"):
        assert {one.tag for one in reasons.iter()} == {"ul", "li"}
    assert [text_of(one) for one in page.root.iter("h2") if one.get("id", "").endswith("-title")] == [
        one.guest_name for one in comments
    ]
    built: dict[str, list[str]] = {}
    for comment in comments[:3]:
        shown = {
            "heap": Page.of(desk.get(f"{QUEUE}together/?of=writer&comment={comment.pk}")),
            "answer": Page.of(desk.get(f"{QUEUE}answer/{comment.pk}/")),
        }
        for at, one in shown.items():
            bones = one.skeleton(without=frozenset({"comment-text", "desk-text"}))
            assert bones == built.setdefault(at, bones), (at, comment.source_text)
    (message,) = Page.of(decide(desk, "approve", comments[1])).by_class("messages")
    assert not {"script", "img", "svg", "iframe", "b"} & {one.tag for one in message.iter()}
    assert comments[1].guest_name in text_of(message)


def test_quoted_words_come_back_as_text(thread: Thread, client: Client) -> None:
    for text, name in TYPED:
        limits.start_over()
        passage = {"block": name[:36], "start": "3", "words": text[:1000], "prefix": name, "suffix": text[:400]}
        for more in ({}, {"preview": "1"}):
            answer = post(client, HARMLESS, "Helga", **passage, **more)
            assert answer.status_code == 422
            page = Page.of(answer)
            page.check_addresses()
            for quoted in page.by_class("comment-passage"):
                assert len(list(quoted.iter())) == 1
    assert not Anchor.objects.exists()


def test_own_page_gives_hostile_edits_back_as_text(thread: Thread, client: Client) -> None:
    answer = post(client, HARMLESS, "Helga")
    own = answer["Location"]
    for text, name in TYPED:
        limits.start_over()
        assert post_raw(client, f"{own}aendern/", {"text": f"Anders: {text}"}).status_code == 303
        page = Page.of(client.get(own))
        page.check_addresses()
        (said,) = page.by_class("comment-text")
        check_markup(said)
        assert page.value("text") == tidy(arrived(f"Anders: {text}"))
        follow = Page.of(post_raw(client, f"{own}briefe/", {"mail": name, "notify_answers": "on"}))
        follow.check_addresses()
        assert follow.value("mail") == as_parsed(name)


@pytest.mark.once
def test_log_names_nobody_and_quotes_nothing(thread: Thread, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("django.request", "freiblatt"):
        caplog.set_level(logging.DEBUG, logger=name)
    secret = "Zwiebelfisch"
    for text, name in (TYPED[0], TYPED[-1]):
        limits.start_over()
        marked = f"{secret} {name} {text}"
        post(client, marked, marked[:80], mail=f"{secret}@example.org")
        post(client, marked, marked[:80], words=marked, block=secret, start="1", known_by=marked[:90])
        post_raw(client, f"{THREAD}999999/melden/", {"explanation": marked})
        post_raw(client, f"{THREAD}stimme/", {"up": marked})
        client.get(f"{THREAD}{quote(marked.encode('utf-8', 'replace'), safe='')}/")
    run_waiting()
    for style in ("line", "json"):
        for record in caplog.records:
            record.exc_info = None
            written = formatter(style).format(record)
            assert len(written.splitlines()) == 1, written
            if not record.name.startswith("django"):
                assert secret not in written, written
