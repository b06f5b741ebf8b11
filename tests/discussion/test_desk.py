"""The desk: what waits is found, explained and decided, by forms that need no script."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from freiblatt.discussion.actions import (
    UNDO_MINUTES,
    add_comment,
    approve_comment,
    edit_comment,
    pick_comment,
    refuse_comment,
    report_comment,
)
from freiblatt.discussion.desk.entries import token_of
from freiblatt.discussion.models import Comment, CommentState, Decision, Thread
from freiblatt.discussion.tokens import make_nonce, read_nonce
from freiblatt.newsroom import roles
from freiblatt.newsroom.roles import Role
from tests.cast import make_member
from tests.discussion.at_the_desk import DECIDE, QUEUE, SENDER, decide, post, signed_in, token_in, wait
from tests.factories import house_rule

pytestmark = pytest.mark.django_db


def test_queue_shows_the_oldest_first_with_why_and_what_stands_above(thread: Thread, desk: Client) -> None:
    above = add_comment(thread=thread, text="Die Stadt haftet.", guest_name="Bruno")
    first = post(thread, "Nein, das Land. Siehe https://example.org/", parent=above)
    second = post(thread, "Ganz anderes Thema.", name="Otto")
    with translation.override("de"):
        page = desk.get(QUEUE)

    text = page.content.decode()
    assert [entry.comment for entry in page.context["entries"]] == [first, second]
    assert "Die Stadt haftet." in text
    assert "example.org" in page.context["entries"][0].reasons[-1]
    assert 'href="http' in text
    assert "/europa/ein-hafen-wird-verkauft/" in text


def test_queue_shows_what_the_writer_wrote_before_and_how_it_ended(thread: Thread, desk: Client) -> None:
    writer = "f" * 32
    for number in range(7):
        one = wait(thread, f"Früher {number}")
        Comment.objects.filter(pk=one.pk).update(writer_key=writer)
        if number % 2:
            approve_comment(comment=one, by=None)
        else:
            refuse_comment(comment=one, by=None, rule=house_rule())
    now = wait(thread, "Heute")
    Comment.objects.filter(pk=now.pk).update(writer_key=writer)
    stranger = wait(thread, "Ein anderer", name="Otto")
    entries = {entry.comment.pk: entry for entry in desk.get(QUEUE).context["entries"]}

    assert [one.comment.source_text for one in entries[now.pk].earlier] == [f"Früher {n}" for n in (6, 5, 4, 3, 2)]
    assert entries[now.pk].earlier[0].comment.state == CommentState.REFUSED
    assert entries[stranger.pk].earlier == []


def test_moderator_approves_one_and_refuses_another(thread: Thread, desk: Client) -> None:
    good, bad = wait(thread), wait(thread, "Sie Idiot", name="Otto")
    decide(desk, "approve", good)
    answer = decide(desk, "refuse", bad, rule="respect", words="Bitte ohne Schimpfwort.")

    states = dict(Comment.objects.values_list("pk", "state"))
    assert states == {good.pk: CommentState.PUBLIC, bad.pk: CommentState.REFUSED}
    assert "Otto" in next(str(message) for message in answer.context["messages"])
    assert answer.context["entries"] == []
    decision = Decision.objects.get()
    assert (decision.comment, decision.rule.code, decision.words) == (bad, "respect", "Bitte ohne Schimpfwort.")
    assert decision.by is not None


def test_nothing_is_refused_without_a_rule(thread: Thread, desk: Client) -> None:
    comment = wait(thread)
    decide(desk, "refuse", comment)
    decide(desk, "refuse", comment, rule="no-such-rule\0")

    comment.refresh_from_db()
    assert comment.state == CommentState.WAITING
    assert "Hausregel" in str(list(decide(desk, "refuse", comment).context["messages"]))


def test_picking_what_waits_publishes_it_with_a_reason_in_the_articles_language(thread: Thread, desk: Client) -> None:
    comment, other = wait(thread), wait(thread, name="Otto")
    decide(desk, "pick", comment, quick="2")
    decide(desk, "pick", other, reason="Kennt die Verträge.")

    comment.refresh_from_db()
    other.refresh_from_db()
    assert (comment.state, comment.pick_reason) == (CommentState.PUBLIC, "Eine gute Frage")
    assert other.pick_reason == "Kennt die Verträge."


def test_decisions_are_taken_back(thread: Thread, desk: Client) -> None:
    approved, refused, erased = wait(thread), wait(thread, name="Otto"), wait(thread, name="Anna")
    decide(desk, "approve", approved)
    decide(desk, "refuse", refused, rule="respect")
    page = decide(desk, "erase_as_asked", erased)
    lately = page.context["lately"]
    assert [(one["pk"], one["undo"]) for one in lately] == [(refused.pk, "undo"), (approved.pk, "undo")]

    for one in lately:
        page = desk.post(DECIDE, {"deed": one["undo"], "comment": one["token"]}, follow=True)
    assert [entry.comment for entry in page.context["entries"]] == [approved, refused]
    assert page.context["lately"] == []
    assert not Decision.objects.exists()


def test_what_was_answered_or_decided_by_others_is_not_taken_back(thread: Thread, desk: Client) -> None:
    comment, other = wait(thread), wait(thread, name="Otto")
    decide(desk, "approve", comment)
    refuse_comment(comment=other, by=None, rule=house_rule())
    add_comment(thread=thread, text="Genau.", guest_name="Bruno", parent=comment)
    for one in (comment, other):
        one.refresh_from_db()
        before = one.state
        answer = desk.post(DECIDE, {"deed": "undo", "comment": token_of(one)}, headers={"accept": "application/json"})
        assert answer.json()["comments"][0]["done"] is False
        one.refresh_from_db()
        assert one.state == before


def test_taking_back_a_removal_brings_back_the_pick(thread: Thread, desk: Client) -> None:
    comment = add_comment(thread=thread, text="Genau.", guest_name="Otto")
    pick_comment(comment=comment, reason="Eine gute Frage")
    comment.refresh_from_db()
    picked_on = comment.picked_on
    desk.post(DECIDE, {"deed": "refuse", "comment": token_of(comment), "rule": "respect"})
    comment.refresh_from_db()
    assert comment.state == CommentState.REMOVED
    desk.post(DECIDE, {"deed": "undo", "comment": token_of(comment)})
    comment.refresh_from_db()
    assert (comment.state, comment.picked_on, comment.pick_reason) == (
        CommentState.PUBLIC,
        picked_on,
        "Eine gute Frage",
    )


def test_taking_back_a_pick_of_what_waited_takes_back_its_publishing(thread: Thread, desk: Client) -> None:
    held, public = wait(thread), add_comment(thread=thread, text="Genau.", guest_name="Otto")
    lately = decide(desk, "pick", held, quick="2").context["lately"]
    assert [one["undo"] for one in lately] == ["undo"]
    desk.post(DECIDE, {"deed": "undo", "comment": lately[0]["token"]})
    held.refresh_from_db()
    assert (held.state, held.picked_on, held.pick_reason) == (CommentState.WAITING, None, "")

    desk.post(DECIDE, {"deed": "pick", "comment": token_of(public), "quick": "2"})
    lately = desk.get(QUEUE).context["lately"]
    assert [one["undo"] for one in lately] == ["unpick"]


def test_only_the_own_approval_is_taken_back_and_only_for_an_hour(thread: Thread, desk: Client) -> None:
    of_others, old, kept = (wait(thread, f"Satz {number}", name=f"Gast {number}") for number in range(3))
    colleague = make_member(Role.EDITOR)
    approve_comment(comment=of_others, by=colleague)
    decide(desk, "approve", old, kept)
    Comment.objects.filter(pk=old.pk).update(approved_on=timezone.now() - timedelta(minutes=UNDO_MINUTES + 1))
    report_comment(
        comment=kept,
        rule=house_rule(),
        explanation="Das verstößt gegen die Regeln.",
        sender=SENDER,
        nonce=read_nonce(make_nonce(thread.key, is_of_preview=True), thread.key),
        is_in_good_faith=True,
    )
    kept.refresh_from_db()
    approve_comment(comment=kept, by=colleague)
    for one in (of_others, old, kept):
        one.refresh_from_db()
        answer = desk.post(DECIDE, {"deed": "undo", "comment": token_of(one)}, headers={"accept": "application/json"})
        assert answer.json()["comments"][0]["done"] is False
        one.refresh_from_db()
        assert one.state == CommentState.PUBLIC


def test_many_are_decided_by_one_form(thread: Thread, desk: Client) -> None:
    comments = [wait(thread, f"Nummer {number}") for number in range(5)]
    decide(desk, "approve", *comments[:4])

    assert Comment.objects.filter(state=CommentState.PUBLIC).count() == 4
    thread.refresh_from_db()
    assert (thread.n_public, thread.n_held) == (4, 1)


def test_what_somebody_else_decided_meanwhile_stays_so_and_is_said(thread: Thread, desk: Client) -> None:
    comment = wait(thread)
    token = token_in(desk.get(QUEUE), comment)
    refuse_comment(comment=comment, by=None, rule=house_rule())
    answer = desk.post(DECIDE, {"deed": "approve", "comment": token}, headers={"accept": "application/json"})

    comment.refresh_from_db()
    assert comment.state == CommentState.REFUSED
    (said,) = answer.json()["comments"]
    assert said["done"] is False
    assert "Helga" in said["says"]


def test_text_that_changed_since_it_was_read_is_not_approved(thread: Thread, desk: Client) -> None:
    comment = post(thread, "Ein harmloser Satz über den Hafen.")
    token = token_in(desk.get(QUEUE), comment)
    edit_comment(comment=comment, text="Etwas ganz anderes, das niemand gelesen hat.")
    desk.post(DECIDE, {"deed": "approve", "comment": token})

    comment.refresh_from_db()
    assert comment.state == CommentState.WAITING
    assert "Ein harmloser Satz über den Hafen." in desk.get(QUEUE).content.decode()


@pytest.mark.parametrize("tokens", [[], ["nonsense"], ["999999999999999999999-a"], ["7-"], ["1-\x00"]])
def test_forms_that_make_no_sense_change_nothing(thread: Thread, desk: Client, tokens: list[str]) -> None:
    comment = wait(thread)
    assert desk.post(DECIDE, {"deed": "approve", "comment": tokens}).status_code == 302
    assert desk.post(DECIDE, {"deed": "§", "comment": token_in(desk.get(QUEUE), comment)}).status_code == 302

    comment.refresh_from_db()
    assert comment.state == CommentState.WAITING


def test_queue_is_filtered_by_article_reason_and_phrase(thread: Thread, desk: Client) -> None:
    linked = post(thread, "Siehe https://example.org/seite")
    post(thread, "Ganz ohne Beleg.", name="Otto")

    def shown(query: str) -> list[Comment]:
        return [entry.comment for entry in desk.get(QUEUE + query).context["entries"]]

    assert shown("?held_by=links") == [linked]
    assert shown("?phrase=siehe") == [linked]
    assert len(shown(f"?article={thread.article_id}")) == 2
    assert shown("?article=999999") == []
    assert len(shown("?article=x&phrase=%00")) == 2


def test_queue_costs_the_same_statements_for_one_and_for_many(
    thread: Thread, desk: Client, django_assert_max_num_queries: Any
) -> None:
    root = add_comment(thread=thread, text="Oben", guest_name="Bruno")
    for number in range(3):
        wait(thread, f"Nummer {number}", parent=root)
    desk.get(QUEUE)
    with django_assert_max_num_queries(60) as few:
        desk.get(QUEUE)
    for number in range(30):
        wait(thread, f"Weitere {number}", parent=root)
    with django_assert_max_num_queries(len(few)):
        desk.get(QUEUE)


def test_text_of_strangers_stays_text(thread: Thread, desk: Client) -> None:
    wait(thread, "<script>alert(1)</script> <img src=x onerror=alert(1)>", name="<b>Otto</b>")
    html = desk.get(QUEUE).content.decode()

    assert "<script>alert" not in html
    assert "<b>Otto" not in html
    assert "onerror=alert(1)&gt;" in html


@pytest.mark.parametrize(("role", "is_there"), [(Role.MODERATOR, True), (Role.EDITOR, True), (Role.AUTHOR, False)])
def test_menu_and_start_page_show_the_count_to_those_who_decide(
    thread: Thread, client: Client, role: Role, is_there: bool
) -> None:
    roles.sync()
    signed_in(client, role)
    wait(thread)
    wait(thread, name="Otto")
    start = client.get(reverse("wagtailadmin_home")).content.decode()

    assert bool(re.search(rf"{QUEUE}(?!\w)", start)) is is_there
    assert ("(2)" in start) is is_there
    assert ("waiting-comments" in start) is is_there
