"""The desk's other screens: many at once, the discussions themselves, and what authors are asked."""

import re
from datetime import timedelta

import pytest
from django.db.models.signals import post_save
from django.test import Client
from django.utils import timezone

from freiblatt.discussion.actions import (
    add_comment,
    arrange_thread,
    ask_authors,
    edit_comment,
    object_as_writer,
    refuse_comment,
    report_comment,
)
from freiblatt.discussion.desk.entries import token_of
from freiblatt.discussion.models import Comment, CommentState, Question, Report, Thread, ThreadState
from freiblatt.discussion.tokens import make_nonce, read_nonce
from freiblatt.letters.models import Letter
from freiblatt.newsroom import roles
from freiblatt.newsroom.roles import Role
from tests.cast import make_member
from tests.discussion.at_the_desk import DECIDE, QUEUE, SENDER, decide, post, signed_in, token_in, wait
from tests.factories import house_rule

pytestmark = pytest.mark.django_db

HEAP = "/admin/discussion/together/"


def states() -> list[str]:
    return list(Comment.objects.order_by("pk").values_list("state", flat=True))


def test_all_with_one_phrase_are_refused_after_they_were_counted(thread: Thread, desk: Client) -> None:
    for number in range(3):
        wait(thread, f"Jetzt Kredit sichern, Angebot {number}")
    public = add_comment(thread=thread, text="Mein Kredit ist das nicht.", guest_name="Anna")
    other = wait(thread, "Etwas anderes.")
    page = desk.get(HEAP, {"of": "phrase", "phrase": "kredit"})
    assert (page.context["waiting"], page.context["public"]) == (3, 1)
    late = wait(thread, "Noch ein Kredit, der erst jetzt kommt.")

    form = {"of": "phrase", "phrase": "kredit", "until": page.context["until"], "rule": "advertising"}
    desk.post(HEAP, {**form, "deed": "refuse"})
    assert Comment.objects.filter(state=CommentState.REFUSED).count() == 3
    for one in (public, other, late):
        before = one.state
        one.refresh_from_db()
        assert one.state == before
    desk.post(HEAP, {**form, "deed": "remove"})
    public.refresh_from_db()
    assert public.state == CommentState.REMOVED


def test_all_of_one_writer_or_network_are_approved(thread: Thread, desk: Client) -> None:
    first = post(thread, "Der erste Satz von mir.")
    second = post(thread, "Der zweite Satz von mir.", name="Otto")
    Comment.objects.filter(pk=second.pk).update(writer_key=first.writer_key)
    third = post(thread, "Ein dritter Satz, von woanders.", name="Anna")
    Comment.objects.filter(pk=third.pk).update(network="198.51.100.0/24")

    for kind in ("writer", "network"):
        page = desk.get(HEAP, {"of": kind, "comment": first.pk})
        assert page.context["waiting"] == 2
    desk.post(HEAP, {"of": "network", "comment": first.pk, "until": page.context["until"], "deed": "approve"})
    assert states() == ["public", "public", "waiting"]


@pytest.mark.parametrize(
    "asked", [{}, {"of": "phrase", "phrase": "ab"}, {"of": "writer", "comment": "x"}, {"of": "§", "comment": "1"}]
)
def test_heaps_that_make_no_sense_are_said_so(thread: Thread, desk: Client, asked: dict[str, str]) -> None:
    wait(thread)
    assert desk.get(HEAP, asked).context["heap"] is None
    assert desk.post(HEAP, {**asked, "deed": "approve", "until": "99"}).status_code == 404
    assert states() == ["waiting"]


def test_heap_refuses_nothing_without_a_rule(thread: Thread, desk: Client) -> None:
    comment = wait(thread, "Jetzt Kredit sichern")
    desk.post(HEAP, {"of": "article", "comment": comment.pk, "until": comment.pk, "deed": "refuse"})
    desk.post(HEAP, {"of": "article", "comment": comment.pk, "until": comment.pk, "deed": "erase"})
    assert states() == ["waiting"]


def test_discussion_is_slowed_held_closed_and_gets_a_question_on_top(thread: Thread, desk: Client) -> None:
    question = add_comment(thread=thread, text="Was sagen Sie?", author=thread.article.bylines.first().author)
    address = f"/admin/discussion/threads/{thread.pk}/"
    assert thread.article.title in desk.get("/admin/discussion/threads/").content.decode()
    form = {"state": "held", "slow_minutes": "5", "opens_on": "", "closes_on": "2030-01-02T10:00"}
    assert desk.post(address, {**form, "pinned": question.pk}).status_code == 302

    thread.refresh_from_db()
    assert (thread.state, thread.slow_minutes, thread.pinned) == (ThreadState.HELD, 5, question)
    assert timezone.localtime(thread.closes_on).strftime("%Y-%m-%d %H:%M") == "2030-01-02 10:00"
    wrong = desk.post(address, {**form, "opens_on": "2031-01-01T00:00", "slow_minutes": "9999"})
    assert wrong.status_code == 422
    assert wrong.context["form"].errors
    thread.refresh_from_db()
    assert thread.opens_on is None


def test_every_new_comment_below_an_article_is_held_with_one_button(thread: Thread, desk: Client) -> None:
    address = f"/admin/discussion/threads/{thread.pk}/hold/"
    wait(thread)
    # The second person has seen the same page, and wants the same.
    for wanted in (ThreadState.HELD, ThreadState.HELD, ThreadState.OPEN, ThreadState.OPEN):
        desk.post(address, {"state": wanted})
        thread.refresh_from_db()
        assert thread.state == wanted
        other = ThreadState.OPEN if wanted == ThreadState.HELD else ThreadState.HELD
        assert f'name="state" value="{other}"' in desk.get(QUEUE).content.decode()
    for nonsense in ({}, {"state": "§"}, {"state": "closed"}):
        desk.post(address, nonsense)
        thread.refresh_from_db()
        assert thread.state == ThreadState.OPEN


def test_form_that_was_opened_before_stores_only_what_was_changed_in_it(thread: Thread, desk: Client) -> None:
    end = timezone.now().replace(microsecond=0, second=17) + timedelta(days=14)
    arrange_thread(thread=thread, state=ThreadState.OPEN, closes_on=end)
    address = f"/admin/discussion/threads/{thread.pk}/"
    form = desk.get(address).context["form"]
    sent = {field.html_name: field.value() or "" for field in form}
    sent["closes_on"] = re.findall(r'name="closes_on" value="([^"]+)"', str(form["closes_on"]))[0]
    sent |= dict(re.findall(r'name="(initial-\w+)" value="([^"]*)"', "".join(str(field) for field in form)))
    arrange_thread(thread=thread, state=ThreadState.CLOSED, closes_on=end)
    assert desk.post(address, {**sent, "slow_minutes": "5"}).status_code == 302
    thread.refresh_from_db()
    assert (thread.state, thread.slow_minutes, thread.closes_on) == (ThreadState.CLOSED, 5, end)

    again = desk.get(address).context["form"]
    sent |= dict(re.findall(r'name="(initial-\w+)" value="([^"]*)"', "".join(str(field) for field in again)))
    assert desk.post(address, {**sent, "state": "open", "slow_minutes": "5"}).status_code == 302
    thread.refresh_from_db()
    assert thread.state == ThreadState.OPEN


def test_closed_discussion_is_not_opened_by_holding_its_comments(thread: Thread, desk: Client) -> None:
    wait(thread)
    arrange_thread(thread=thread, state=ThreadState.CLOSED)
    assert f"/admin/discussion/threads/{thread.pk}/hold/" not in desk.get(QUEUE).content.decode()
    for wanted in (ThreadState.HELD, ThreadState.OPEN):
        page = desk.post(f"/admin/discussion/threads/{thread.pk}/hold/", {"state": wanted}, follow=True)
        assert [message.level_tag for message in page.context["messages"]] == ["error"]
        thread.refresh_from_db()
        assert thread.state == ThreadState.CLOSED


def test_author_is_asked_by_letter_and_answers_the_desk(thread: Thread, desk: Client) -> None:
    author = make_member(Role.AUTHOR, first_name="Rosa", last_name="Winter")
    card = thread.article.bylines.first().author
    card.staff_member = author
    card.save()
    comment = wait(thread, "Die Zahl in Absatz drei stimmt nicht.")
    decide(desk, "ask", comment, words="Stimmt das?")
    decide(desk, "ask", comment, words="Und das?")

    (letter,) = Letter.objects.filter(kind="discussion_asked")
    assert letter.to_address == author.email
    assert "Stimmt das?" in letter.text
    assert "Die Zahl in Absatz drei stimmt nicht." in letter.text
    assert states() == ["waiting"]
    hers = signed_in_as(author)
    assert "asked-of-you" in hers.get("/admin/").content.decode()
    question = Question.objects.get()
    assert "Stimmt das?" in hers.get("/admin/discussion/asked/").content.decode()
    hers.post(f"/admin/discussion/asked/{question.pk}/answer/", {"answer": "Ja, es sind 42."})
    assert "Ja, es sind 42." in desk.get(QUEUE).content.decode()
    assert "asked-of-you" not in hers.get("/admin/").content.decode()


def signed_in_as(member: object) -> Client:
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_other_authors_neither_see_nor_answer_the_question(thread: Thread, desk: Client) -> None:
    author = make_member(Role.AUTHOR)
    card = thread.article.bylines.first().author
    card.staff_member = author
    card.save()
    question = ask_authors(comment=wait(thread), by=make_member(Role.EDITOR))
    other = signed_in(Client(), Role.ACCOUNTANT)

    assert other.get("/admin/discussion/asked/").context["rows"] == []
    assert other.post(f"/admin/discussion/asked/{question.pk}/answer/", {"answer": "Nein"}).status_code == 404
    question.refresh_from_db()
    assert question.answered_on is None


def test_nobody_is_asked_where_no_author_has_an_account(thread: Thread, desk: Client) -> None:
    roles.sync()
    answer = decide(desk, "ask", wait(thread), words="Stimmt das?")
    assert not Question.objects.exists()
    assert any("Konto" in str(message) for message in answer.context["messages"])


def test_reported_comments_come_first_and_are_kept_or_removed(thread: Thread, desk: Client) -> None:
    waiting = wait(thread)
    kept = add_comment(thread=thread, text="Hart, aber fair.", guest_name="Anna")
    gone = add_comment(thread=thread, text="Gehört verboten.", guest_name="Otto")
    for comment, code in ((kept, "respect"), (gone, "law")):
        report_of(comment, code)

    entries = desk.get(QUEUE).context["entries"]
    assert [entry.comment for entry in entries] == [gone, kept, waiting]
    assert [len(entry.reports) for entry in entries] == [1, 1, 0]
    assert [entry.comment for entry in desk.get(f"{QUEUE}?kind=reported").context["entries"]] == [gone, kept]
    decide(desk, "approve", kept)
    decide(desk, "refuse", gone, rule="law", legal_basis="§ 130 StGB")
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.state, gone.state) == (CommentState.PUBLIC, CommentState.REMOVED)
    assert not Report.objects.open().exists()


def report_of(comment: Comment, code: str) -> None:
    report_comment(
        comment=comment,
        rule=house_rule(code),
        explanation="Das verstößt gegen das Gesetz, Absatz 1.",
        sender=SENDER,
        nonce=read_nonce(make_nonce(comment.thread.key, is_of_preview=True), comment.thread.key),
        is_in_good_faith=True,
    )


def test_reports_that_came_after_the_page_are_not_decided_unread(thread: Thread, desk: Client) -> None:
    comment = add_comment(thread=thread, text="Gehört verboten.", guest_name="Otto")
    report_of(comment, "respect")
    token = token_in(desk.get(QUEUE), comment)
    report_of(comment, "law")
    desk.post(DECIDE, {"deed": "approve", "comment": token})
    assert Report.objects.open().count() == 2
    decide(desk, "approve", comment)
    assert not Report.objects.open().exists()


def test_objection_that_came_after_the_page_is_not_overlooked(thread: Thread, desk: Client) -> None:
    comment = wait(thread, "Der erste Satz.")
    refuse_comment(comment=comment, by=None, rule=house_rule())
    comment.refresh_from_db()
    token = token_of(comment)
    object_as_writer(comment=comment, text="Das ist doch sachlich.", sender=SENDER)
    assert token_of(comment) != token
    assert token_in(desk.get(QUEUE), comment) == token_of(comment)


def test_objections_are_answered_in_the_queue(thread: Thread, desk: Client) -> None:
    first, second = wait(thread, "Der erste Satz."), wait(thread, "Der zweite Satz.", name="Otto")
    for comment in (first, second):
        refuse_comment(comment=comment, by=None, rule=house_rule())
        comment.refresh_from_db()
        object_as_writer(comment=comment, text="Das ist doch sachlich.", sender=SENDER)

    entries = desk.get(QUEUE).context["entries"]
    assert [entry.objection.text for entry in entries] == ["Das ist doch sachlich."] * 2
    decide(desk, "grant", first)
    token = token_in(desk.get(QUEUE), second)
    desk.post(DECIDE, {"deed": "decline", "comment": token})
    assert [entry.comment for entry in desk.get(QUEUE).context["entries"]] == [second]
    desk.post(DECIDE, {"deed": "decline", "comment": token, "words": "Er nennt jemanden beim Namen."})
    assert states() == ["public", "refused"]
    assert desk.get(QUEUE).context["entries"] == []


def test_newsroom_answers_from_the_queue_and_what_waits_is_approved_by_it(thread: Thread, desk: Client) -> None:
    comment = wait(thread, "Wo steht das Gutachten?")
    decide(desk, "answer", comment, text=" ")
    assert states() == ["waiting"]
    decide(desk, "answer", comment, text="Auf unserer Seite zum Vertrag.")

    assert states() == ["public", "public"]
    answer = Comment.objects.latest("pk")
    assert (answer.parent, answer.is_by_staff) == (comment, True)


def test_heap_leaves_what_was_edited_after_it_was_read(thread: Thread, desk: Client) -> None:
    edited = wait(thread, "Jetzt Kredit sichern")
    wait(thread, "Mein Kredit ist das nicht.", name="Anna")
    page = desk.get(HEAP, {"of": "article", "comment": edited.pk})
    edit_comment(comment=edited, text="Etwas, das niemand gelesen hat.")
    form = {"of": "article", "comment": edited.pk, "until": page.context["until"], "deed": "approve"}
    desk.post(HEAP, {**form, "seen_on": page.context["seen_on"]})
    assert states() == ["waiting", "public"]
    desk.post(HEAP, {**form, "seen_on": desk.get(HEAP, {"of": "article", "comment": edited.pk}).context["seen_on"]})
    assert states() == ["public", "public"]


@pytest.mark.parametrize("seen_on", ["", "gestern", "2026-13-99T99:99:99Z", "2026-01-01T00:00:00"])
def test_heap_of_a_page_that_says_no_time_leaves_what_was_edited(thread: Thread, desk: Client, seen_on: str) -> None:
    edited = wait(thread, "Jetzt Kredit sichern")
    edit_comment(comment=edited, text="Etwas, das niemand gelesen hat.")
    desk.post(HEAP, {"of": "article", "comment": edited.pk, "until": edited.pk, "deed": "approve", "seen_on": seen_on})
    assert states() == ["waiting"]


def test_heap_leaves_what_others_decide_while_it_is_worked_off(thread: Thread, desk: Client) -> None:
    first, second = wait(thread, "Der erste Satz."), wait(thread, "Der zweite Satz.", name="Otto")

    def refuse_the_other(sender: object, instance: Comment, **more: object) -> None:
        """Decide as a colleague does, at the moment when the first of the heap is published."""
        if instance.pk == first.pk and Comment.objects.get(pk=second.pk).state == CommentState.WAITING:
            refuse_comment(comment=second, by=None, rule=house_rule())

    post_save.connect(refuse_the_other, sender=Comment)
    try:
        desk.post(HEAP, {"of": "article", "comment": first.pk, "until": second.pk, "deed": "approve"})
    finally:
        post_save.disconnect(refuse_the_other, sender=Comment)
    assert states() == ["public", "refused"]
