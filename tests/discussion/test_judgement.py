"""The queue learns from the desk's decisions: it sorts by them, says why, forgets what is erased, decides nothing."""

import random
from typing import Any

import pytest
from django.test import Client

from freiblatt.discussion.actions import (
    approve_comment,
    learn_from_decisions,
    refuse_comment,
    sort_new_comments,
)
from freiblatt.discussion.judgement import LEAST_LESSONS, SLOTS, Judgement
from freiblatt.discussion.models import Comment, CommentState, Lesson, Thread
from tests.discussion.at_the_desk import QUEUE, wait
from tests.discussion.labelled import labelled
from tests.factories import house_rule


def shuffled() -> list[tuple[str, bool]]:
    lessons = labelled()
    random.Random(7).shuffle(lessons)
    return lessons


def test_first_fifty_hold_far_more_refusals_than_chance() -> None:
    """Each comment is judged by what the other three quarters taught."""
    lessons = shuffled()
    quarters = [lessons[start::4] for start in range(4)]
    ranked: list[tuple[float, bool]] = []
    for asked in quarters:
        learnt = Judgement.learn([one for quarter in quarters if quarter is not asked for one in quarter])
        assert learnt is not None
        ranked += [(learnt.doubt(text), is_refused) for text, is_refused in asked]
    ranked.sort(reverse=True)

    chance = sum(is_refused for _text, is_refused in lessons) / len(lessons)
    first = sum(is_refused for _doubt, is_refused in ranked[:50]) / 50
    last = sum(is_refused for _doubt, is_refused in ranked[-50:]) / 50
    assert 0.3 < chance < 0.5
    assert first >= 0.9
    assert last <= 0.1


def test_reasons_are_words_of_the_text() -> None:
    learnt = Judgement.learn(labelled())
    assert learnt is not None
    reasons = learnt.reasons("Halt die Fresse, du Vollidiot!")
    assert {one.text for one in reasons} <= {"halt", "die", "fresse", "du", "vollidiot"}
    assert next(one for one in reasons if one.text == "fresse").weight > 0
    assert learnt.reasons("") == []
    assert 0 < learnt.doubt("") < 1


def test_too_little_teaches_nothing() -> None:
    assert Judgement.learn([]) is None
    assert Judgement.learn([("Danke", False)] * 100 + [("Idiot", True)] * (LEAST_LESSONS - 1)) is None


def test_weights_come_back_as_they_were_stored() -> None:
    learnt = Judgement.learn(labelled())
    assert learnt is not None
    again = Judgement.unpacked(learnt.packed())
    assert again is not None
    assert again.doubt("Wer haftet?") == pytest.approx(learnt.doubt("Wer haftet?"), abs=1e-5)
    assert Judgement.unpacked(b"nonsense") is None
    assert Judgement.unpacked(learnt.packed()[:200]) is None
    assert len(again.weights) == SLOTS


@pytest.mark.django_db
def test_queue_is_sorted_by_what_the_desk_decided(thread: Thread, desk: Client) -> None:
    rule = house_rule()
    for text, is_refused in shuffled()[:120]:
        comment = wait(thread, text, name="Gast")
        Comment.objects.filter(pk=comment.pk).update(hold_reasons=[{"rule": "unknown", "detail": ""}])
        if is_refused:
            refuse_comment(comment=comment, by=None, rule=rule)
        else:
            approve_comment(comment=comment, by=None)
    fine = wait(thread, "Gibt es das Gutachten irgendwo zum Nachlesen? Danke für die Recherche.")
    assert learn_from_decisions.call() == 120
    bad = wait(thread, "Halt die Fresse du Idiot, ihr seid alle gekauft!!!", name="Otto")
    assert sort_new_comments.call() == 1

    def shown(order: str) -> list[Any]:
        return desk.get(f"{QUEUE}?order={order}").context["entries"]

    assert [entry.comment for entry in shown("doubtful")] == [bad, fine]
    assert [entry.comment for entry in shown("fine")] == [fine, bad]
    assert [entry.comment for entry in shown("")] == [fine, bad]
    assert shown("doubtful")[0].doubt > 60 > 40 > shown("fine")[0].doubt
    assert shown("doubtful")[0].doubt_words
    assert {comment.state for comment in (fine, bad)} == {CommentState.WAITING}
    assert sort_new_comments.call() == 0


@pytest.mark.django_db
def test_what_was_learnt_is_forgotten_with_the_texts(thread: Thread) -> None:
    Lesson.objects.create(pk=1, weights=b"x", version=1, decisions=3)
    comment = wait(thread)
    Comment.objects.filter(pk=comment.pk).update(doubt=700)

    assert learn_from_decisions.call() == 0
    comment.refresh_from_db()
    assert comment.doubt is None
    assert not Lesson.objects.exists()
