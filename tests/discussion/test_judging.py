"""Every comment that readers no longer see has a decision with a rule; what is decided again is recorded again."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import translation

from freiblatt.discussion.actions import (
    DiscussionError,
    add_comment,
    approve_comment,
    erase_comment,
    plant_house_rules,
    refuse_comment,
    remove_comment,
    restore_comment,
    withdraw_comment,
)
from freiblatt.discussion.models import (
    Comment,
    CommentState,
    Decision,
    DecisionKind,
    DecisionOrigin,
    HouseRule,
    HouseRuleText,
    Thread,
)
from freiblatt.newsroom.roles import Role
from tests.cast import make_member
from tests.factories import house_rule

pytestmark = pytest.mark.django_db


def say(thread: Thread, state: CommentState = CommentState.PUBLIC) -> Comment:
    return add_comment(thread=thread, guest_name="Helga", text="Das ist *Unfug*.", state=state)


def test_rules_are_planted_once_in_both_languages() -> None:
    rules = list(HouseRule.objects.standing())
    assert [rule.code for rule in rules if rule.is_legal] == ["law"]
    assert len(rules) == 8
    for language, title in (("de", "Keine Werbung"), ("en", "No advertising")):
        with translation.override(language):
            assert house_rule("advertising").title == title
    assert not HouseRuleText.objects.filter(title="").exists()
    HouseRule.objects.exclude(code="law").delete()
    assert plant_house_rules() == 0
    call_command("migrate", "discussion", verbosity=0)
    assert HouseRule.objects.count() == 1


def test_rule_without_words_in_a_language_speaks_the_main_one() -> None:
    rule = house_rule("topic")
    rule.texts.filter(language="en").delete()
    with translation.override("en"):
        assert HouseRule.objects.get(pk=rule.pk).title == "Beim Thema bleiben"
    assert settings.LANGUAGE_CODE == "de"


def test_refused_and_removed_comments_have_a_decision(thread: Thread) -> None:
    moderator = make_member(Role.MODERATOR)
    waiting, public = say(thread, CommentState.WAITING), say(thread)
    refuse_comment(comment=waiting, by=moderator, rule=house_rule(), words=" Bitte zur Sache. ")
    remove_comment(comment=public, by=moderator, rule=house_rule("law"), legal_basis="§ 185\nStGB")
    refused, removed = Decision.objects.all()
    assert (refused.kind, refused.rule.code, refused.by, refused.thread) == ("refused", "respect", moderator, thread)
    assert refused.words.strip() == "Bitte zur Sache."
    assert (removed.kind, removed.comment, removed.legal_basis) == ("removed", public, "§ 185 StGB")
    assert removed.origin == DecisionOrigin.DESK
    assert not removed.is_automatic


def test_deciding_the_same_again_records_nothing(thread: Thread) -> None:
    comment = say(thread, CommentState.WAITING)
    for _again in range(2):
        refuse_comment(comment=comment, by=None, rule=house_rule())
    other = say(thread)
    for _again in range(2):
        remove_comment(comment=other, by=None, rule=house_rule())
    assert [one.kind for one in Decision.objects.all()] == ["refused", "removed"]


def test_approving_is_recorded_only_where_it_reverses_a_decision(thread: Thread) -> None:
    comment = say(thread, CommentState.WAITING)
    approve_comment(comment=comment, by=None)
    approve_comment(comment=comment, by=None)
    assert not Decision.objects.exists()
    other = say(thread, CommentState.WAITING)
    refuse_comment(comment=other, by=None, rule=house_rule())
    approve_comment(comment=other, by=None)
    assert [one.kind for one in Decision.objects.all()] == ["refused", "restored"]


def test_removed_comment_comes_back_as_it_was(thread: Thread) -> None:
    comment = say(thread)
    before = comment.html
    removed = remove_comment(comment=comment, by=None, rule=house_rule())
    assert removed.html == ""
    with pytest.raises(DiscussionError, match="nicht mehr"):
        approve_comment(comment=comment, by=None)
    back = restore_comment(comment=comment, by=None, words="Wir haben uns geirrt.")
    thread.refresh_from_db()
    assert (back.state, back.html, thread.n_public) == (CommentState.PUBLIC, before, 1)
    assert Decision.objects.last().kind == DecisionKind.RESTORED
    withdrawn = withdraw_comment(comment=comment)
    with pytest.raises(DiscussionError):
        restore_comment(comment=withdrawn, by=None)


def test_too_many_words_change_nothing(thread: Thread) -> None:
    comment = say(thread)
    with pytest.raises(DiscussionError, match="1001"):
        remove_comment(comment=comment, by=None, rule=house_rule(), words="x" * 1001)
    comment.refresh_from_db()
    assert comment.state == CommentState.PUBLIC
    assert not Decision.objects.exists()


def test_what_is_taken_from_readers_names_a_rule(thread: Thread) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(thread=thread, kind=DecisionKind.REMOVED)


@pytest.mark.parametrize("end", [withdraw_comment, erase_comment])
def test_words_of_a_decision_go_with_the_comment_and_the_log_keeps_the_rest(thread: Thread, end) -> None:
    comment = say(thread)
    remove_comment(comment=comment, by=None, rule=house_rule(), words="Sie schrieben: Unfug.")
    if end is erase_comment:
        restore_comment(comment=comment, by=None)
    end(comment=comment)
    assert {one.words for one in Decision.objects.all()} == {""}
    assert Decision.objects.first().rule == house_rule()
