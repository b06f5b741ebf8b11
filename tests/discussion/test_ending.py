"""What the desk erases it answers for; what nobody can object to any more is not kept."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from freiblatt.discussion.actions import (
    DiscussionError,
    add_comment,
    approve_comment,
    decide_objection,
    erase_by_rule,
    erase_comment,
    forget_refused,
    forget_reports,
    object_as_reporter,
    object_as_writer,
    refuse_comment,
    remove_comment,
    restore_comment,
    undo_decision,
    withdraw_comment,
)
from freiblatt.discussion.actions.bookkeeping import locked, move
from freiblatt.discussion.actions.standing import standing_of
from freiblatt.discussion.desk.queue import count_undecided
from freiblatt.discussion.models import (
    OBJECTION_OPEN_DAYS,
    Comment,
    CommentState,
    CommentVersion,
    Decision,
    DecisionKind,
    DiscussionSettings,
    Objection,
    ObjectionState,
    Question,
    Report,
    ReportState,
    Thread,
)
from freiblatt.discussion.reader_page import render_comments
from freiblatt.discussion.tokens import own_key, reader_token
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters import actions as letters
from freiblatt.letters.models import Letter
from freiblatt.lib import limits
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role
from freiblatt.readers.models import Reader, ReaderState
from tests.cast import make_member
from tests.discussion.at_the_desk import QUEUE, SENDER, decide
from tests.discussion.test_reporting import send
from tests.factories import house_rule

pytestmark = pytest.mark.django_db

TOKEN = "w" * 32
OWN = f"/diskussion/eigener/{TOKEN}/"
WORDS = "Der Verfasser wohnt in der Hafenstraße 3."


@pytest.fixture(autouse=True)
def no_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    limits.start_over()
    monkeypatch.setattr("freiblatt.discussion.actions.telling.WAIT_SECONDS", -1)
    monkeypatch.setattr("freiblatt.discussion.actions.writers.WAIT_SECONDS", -1)


@pytest.fixture
def comment(thread: Thread) -> Comment:
    found = add_comment(thread=thread, guest_name="Helga", text=WORDS)
    Comment.objects.filter(pk=found.pk).update(own_key=own_key(TOKEN))
    found.refresh_from_db()
    return found


def make_reader() -> Reader:
    """Return a reader with a confirmed address who wants to hear of decisions."""
    reader = Reader.objects.create(
        address="helga@example.org",
        address_key="h" * 64,
        state=ReaderState.CONFIRMED,
        language="de",
        confirmed_at=timezone.now(),
    )
    letters.subscribe(kind="own_comments", key="", address_key=reader.address_key, language="de")
    return reader


def hide(comment: Comment) -> Decision:
    """Have a reader's report take a comment out of sight; return the decision."""
    settings = DiscussionSettings.load()
    settings.reports_to_hold = 1
    settings.save()
    send(Client(), comment)
    comment.refresh_from_db()
    assert comment.state == CommentState.WAITING
    return Decision.objects.get(kind=DecisionKind.HELD)


def test_desk_erases_by_a_rule_and_tells_both_sides(comment: Comment, desk: Client) -> None:
    reporter = Client()
    receipt = send(reporter, comment, address="ada@example.org")["Location"]
    CommentVersion.objects.create(comment=comment, source_text="Früher: " + WORDS, written_on=timezone.now())
    decide(desk, "erase", comment)
    comment.refresh_from_db()
    assert comment.state == CommentState.PUBLIC
    decide(desk, "erase", comment, rule="respect", words="Adressen gehören nicht hierher.")
    comment.refresh_from_db()
    assert (comment.state, comment.source_text, comment.html, comment.name) == (CommentState.REMOVED, "", "", "–")
    assert not CommentVersion.objects.exists()
    decision = Decision.objects.get()
    assert (decision.kind, decision.rule) == (DecisionKind.REMOVED, house_rule())
    assert Report.objects.get().state == ReportState.DECIDED
    run_waiting()
    assert Letter.objects.filter(kind="discussion_report_decided").count() == 1
    seen = reporter.get(receipt).content.decode()
    assert "zurückgezogen" not in seen
    assert "nicht mehr zu sehen" in seen
    html = Client().get(OWN).content.decode()
    assert "Adressen gehören nicht hierher." in html
    assert str(house_rule()) in html
    assert "Einspruch erheben" in html
    assert "Hafenstraße" not in html


def test_reader_is_told_by_letter_that_the_desk_erased_and_how_to_object(comment: Comment) -> None:
    Comment.objects.filter(pk=comment.pk).update(reader=make_reader())
    erase_by_rule(comment=comment, by=None, rule=house_rule(), words="Keine Adressen.")
    run_waiting()
    letter = Letter.objects.get(kind="discussion_decision")
    assert letter.to_address == "helga@example.org"
    assert "Keine Adressen." in letter.text
    assert "endgültig gelöscht" in letter.text
    assert "Hafenstraße" not in letter.text + letter.html
    (own,) = re.findall(r"/diskussion/eigener/[\w=-]+/", letter.text)
    assert "Einspruch erheben" in Client().get(own).content.decode()


def test_objection_to_erasing_is_answered_and_brings_back_the_trust_but_not_the_text(
    comment: Comment, desk: Client, client: Client
) -> None:
    Comment.objects.filter(pk=comment.pk).update(reader=make_reader(), writer_key="w" * 32)
    erase_by_rule(comment=comment, by=make_member(Role.EDITOR), rule=house_rule())
    assert standing_of("w" * 32).refused == 1
    stranger = Client(REMOTE_ADDR="198.51.100.7")
    assert stranger.post(OWN + "einspruch/", {"text": "Die Adresse ist meine eigene."}).status_code == 303
    assert "Die Adresse ist meine eigene." in desk.get(QUEUE).content.decode()
    decide(desk, "grant", comment)
    comment.refresh_from_db()
    assert (comment.state, comment.source_text) == (CommentState.REMOVED, "")
    assert Objection.objects.get().state == ObjectionState.GRANTED
    html = stranger.get(OWN).content.decode()
    assert "gibt ihm statt" in html
    assert "neu schreiben" in html
    run_waiting()
    assert "neu schreiben" in Letter.objects.latest("pk").text
    assert standing_of("w" * 32).refused == 0
    withdraw_comment(comment=comment)
    assert standing_of("w" * 32).refused == 0


def test_what_was_erased_is_neither_erased_again_nor_brought_back(comment: Comment, desk: Client) -> None:
    member = make_member(Role.EDITOR)
    erase_by_rule(comment=comment, by=member, rule=house_rule())
    for again in (
        lambda: erase_by_rule(comment=comment, by=None, rule=house_rule()),
        lambda: restore_comment(comment=comment, by=None),
        lambda: undo_decision(comment=comment, by=member),
    ):
        with pytest.raises(DiscussionError, match="gelöscht"), translation.override("de"):
            again()
    assert Decision.objects.count() == 1
    erase_comment(comment=comment)
    comment.refresh_from_db()
    assert (comment.state, comment.own_key) == (CommentState.ERASED, None)
    assert Client().get(OWN).status_code == 404


def test_erasing_for_the_writer_does_not_bring_back_lost_trust(comment: Comment) -> None:
    Comment.objects.filter(pk=comment.pk).update(writer_key="w" * 32)
    remove_comment(comment=comment, by=None, rule=house_rule())
    erase_comment(comment=comment)
    assert standing_of("w" * 32).refused == 1


def test_what_its_writer_asked_to_erase_is_no_decision(comment: Comment, desk: Client) -> None:
    send(Client(), comment)
    decide(desk, "erase_as_asked", comment)
    comment.refresh_from_db()
    assert comment.state == CommentState.ERASED
    assert not Decision.objects.exists()
    assert Report.objects.get().state == ReportState.MOOT


def test_legal_rule_demands_the_legal_ground(comment: Comment) -> None:
    with pytest.raises(DiscussionError):
        remove_comment(comment=comment, by=None, rule=house_rule("law"), legal_basis=" ")
    comment.refresh_from_db()
    assert comment.state == CommentState.PUBLIC
    remove_comment(comment=comment, by=None, rule=house_rule("law"), legal_basis="§ 126a StGB")
    assert Decision.objects.get().legal_basis == "§ 126a StGB"


def test_desk_tells_those_who_reported_why_a_comment_stays(comment: Comment, desk: Client) -> None:
    receipt = send(Client(), comment)["Location"]
    decide(desk, "approve", comment, words="Das ist ein Werturteil.")
    assert "Das ist ein Werturteil." in Client().get(receipt).content.decode()


@pytest.mark.parametrize("deed", ["refuse", "erase"])
def test_desk_is_asked_for_the_legal_ground(comment: Comment, desk: Client, deed: str) -> None:
    send(Client(), comment)
    page = decide(desk, deed, comment, rule="law")
    assert "Nennen Sie das Gesetz" in page.content.decode()
    comment.refresh_from_db()
    assert comment.state == CommentState.PUBLIC
    decide(desk, deed, comment, rule="law", legal_basis="§ 126a StGB")
    assert Decision.objects.get().legal_basis == "§ 126a StGB"


def test_heap_is_refused_under_the_law_with_its_ground(comment: Comment, desk: Client) -> None:
    address = f"/admin/discussion/together/?of=article&comment={comment.pk}"
    page = desk.get(address)
    fields = dict(re.findall(r'name="(until|seen_on|of|comment)" value="([^"]*)"', page.content.decode()))
    said = {**fields, "deed": "remove", "rule": "law"}
    desk.post(address, said)
    comment.refresh_from_db()
    assert comment.state == CommentState.PUBLIC
    desk.post(address, {**said, "legal_basis": "§ 126a StGB"})
    assert Decision.objects.get().legal_basis == "§ 126a StGB"


def test_writer_of_what_reports_hide_is_told_and_may_object(comment: Comment) -> None:
    Comment.objects.filter(pk=comment.pk).update(reader=make_reader())
    hide(comment)
    run_waiting()
    letter = Letter.objects.get(kind="discussion_decision")
    assert "verborgen, bis die Redaktion entscheidet" in letter.subject
    assert "auf der Sie widersprechen können" in letter.text
    assert "Einspruch erheben" in Client().get(OWN).content.decode()
    objection = object_as_writer(comment=comment, text="Die Adresse ist meine eigene.", sender=SENDER)
    decide_objection(objection=objection, by=make_member(Role.MODERATOR), is_granted=True, words="Stimmt.")
    comment.refresh_from_db()
    assert comment.state == CommentState.PUBLIC
    run_waiting()
    assert "wieder veröffentlicht" in Letter.objects.filter(kind="discussion_decision").latest("pk").subject


@pytest.mark.parametrize(
    ("deed", "fields", "state"),
    [("approve", {}, ObjectionState.GRANTED), ("refuse", {"rule": "respect"}, ObjectionState.DECLINED)],
)
def test_deciding_about_a_hidden_comment_answers_its_writer(
    comment: Comment, desk: Client, deed: str, fields: dict[str, str], state: ObjectionState
) -> None:
    hide(comment)
    object_as_writer(comment=comment, text="Die Adresse ist meine eigene.", sender=SENDER)
    decide(desk, deed, comment, words="Angesehen.", **fields)
    objection = Objection.objects.get()
    assert (objection.state, objection.decided_by is not None) == (state, True)
    assert Report.objects.get().state == ReportState.DECIDED
    assert count_undecided() == 0


@pytest.mark.parametrize("end", [refuse_comment, remove_comment])
def test_text_goes_when_nobody_can_object_any_more(comment: Comment, end) -> None:
    if end is refuse_comment:
        move(*locked(comment), CommentState.WAITING)
    CommentVersion.objects.create(comment=comment, source_text="Früher: " + WORDS, written_on=timezone.now())
    end(comment=comment, by=None, rule=house_rule(), words="So nicht.")
    Decision.objects.update(made_on=timezone.now() - timedelta(days=OBJECTION_OPEN_DAYS - 1))
    assert forget_refused.call() == 0
    Decision.objects.update(made_on=timezone.now() - timedelta(days=OBJECTION_OPEN_DAYS, minutes=1))
    assert forget_refused.call() == 1
    assert forget_refused.call() == 0
    comment.refresh_from_db()
    assert (comment.source_text, comment.html, comment.guest_name, comment.own_key) == ("", "", "–", None)
    assert not CommentVersion.objects.exists()
    assert Decision.objects.get().words == ""
    with pytest.raises(DiscussionError):
        restore_comment(comment=comment, by=None)


def test_text_stays_while_an_objection_is_open(comment: Comment) -> None:
    remove_comment(comment=comment, by=None, rule=house_rule())
    object_as_writer(comment=comment, text="Warum?", sender=SENDER)
    Decision.objects.update(made_on=timezone.now() - timedelta(days=OBJECTION_OPEN_DAYS, minutes=1))
    assert forget_refused.call() == 0
    Objection.objects.update(state=ObjectionState.DECLINED, decided_on=timezone.now(), answer="Darum.")
    assert forget_refused.call() == 0
    assert "Darum." in Client().get(OWN).content.decode()
    Objection.objects.update(decided_on=timezone.now() - timedelta(days=OBJECTION_OPEN_DAYS, minutes=1))
    assert forget_refused.call() == 1


def test_own_page_of_what_was_erased_goes_when_nobody_can_object_any_more(comment: Comment) -> None:
    erase_by_rule(comment=comment, by=None, rule=house_rule(), words="Keine Adressen.")
    assert forget_refused.call() == 0
    Decision.objects.update(made_on=timezone.now() - timedelta(days=OBJECTION_OPEN_DAYS, minutes=1))
    assert forget_refused.call() == 1
    assert Client().get(OWN).status_code == 404
    assert Decision.objects.get().words == ""


def test_forgetting_comes_to_an_end_and_leaves_what_was_never_decided(comment: Comment, thread: Thread) -> None:
    remove_comment(comment=comment, by=None, rule=house_rule())
    refused = add_comment(thread=thread, guest_name="Otto", text="Nie entschieden.", state=CommentState.WAITING)
    move(*locked(refused), CommentState.REFUSED)
    Decision.objects.update(made_on=timezone.now() - timedelta(days=OBJECTION_OPEN_DAYS, minutes=1))
    assert [forget_refused.call(), forget_refused.call()] == [1, 0]
    refused.refresh_from_db()
    assert refused.source_text == "Nie entschieden."


def forget(comment: Comment) -> None:
    """Have half a year pass after the desk removed a comment."""
    remove_comment(comment=comment, by=None, rule=house_rule())
    Decision.objects.update(made_on=timezone.now() - timedelta(days=OBJECTION_OPEN_DAYS, minutes=1))
    assert forget_refused.call() == 1


@pytest.mark.parametrize(
    "end",
    [
        lambda comment: erase_by_rule(comment=comment, by=None, rule=house_rule()),
        lambda comment: erase_comment(comment=comment),
        lambda comment: withdraw_comment(comment=comment),
        forget,
    ],
)
def test_what_authors_were_asked_goes_with_the_text(comment: Comment, end) -> None:
    member = make_member(Role.AUTHOR)
    Question.objects.create(comment=comment, words="Wohnt Helga in der Hafenstraße 3?", asked_by=member)
    Question.objects.create(
        comment=comment, words="Wirklich?", answer=f"Ja: {WORDS}", answered_by=member, answered_on=timezone.now()
    )
    end(comment)
    assert not Question.objects.exists()


def test_link_in_letters_ends_with_the_own_page(comment: Comment) -> None:
    reader = make_reader()
    Comment.objects.filter(pk=comment.pk).update(reader=reader)
    comment.refresh_from_db()
    address = f"/diskussion/eigener/{reader_token(comment)}/"
    remove_comment(comment=comment, by=None, rule=house_rule())
    assert Client().get(address).status_code == 200
    assert address in render_comments(reader)
    Decision.objects.update(made_on=timezone.now() - timedelta(days=OBJECTION_OPEN_DAYS, minutes=1))
    assert forget_refused.call() == 1
    assert Client().get(address).status_code == 404
    assert "/diskussion/eigener/" not in render_comments(reader)


def test_desk_does_not_remember_names_of_what_is_erased(comment: Comment, desk: Client) -> None:
    move(*locked(comment), CommentState.WAITING)
    page = decide(desk, "approve", comment)
    assert [one["says"] for one in page.context["lately"]] == ["Freigegeben: der Kommentar von Helga."]
    assert "Helga" not in str(dict(desk.session))
    erase_comment(comment=comment)
    assert desk.get(QUEUE).context["lately"] == []


def keep_against(comment: Comment, member: StaffMember) -> tuple[Objection, str]:
    """Have a comment stay after a report, and the reporter object; return that with the receipt's address."""
    receipt = send(Client(), comment, address="ada@example.org")["Location"]
    approve_comment(comment=comment, by=member)
    return object_as_reporter(report=Report.objects.get(), text="Das ist gelogen.", sender=SENDER), receipt


def test_erasing_gives_the_reporter_who_objected_what_was_asked_for(comment: Comment) -> None:
    member = make_member(Role.MODERATOR)
    objection, receipt = keep_against(comment, member)
    run_waiting()
    erase_by_rule(comment=comment, by=member, rule=house_rule())
    objection.refresh_from_db()
    assert (objection.state, objection.decided_by) == (ObjectionState.GRANTED, member)
    run_waiting()
    assert Letter.objects.filter(kind="discussion_report_objection_decided").count() == 1
    html = Client().get(receipt).content.decode()
    assert "Die Redaktion gibt ihm statt." in html
    assert "zurückgezogen" not in html
    now = timezone.localtime()
    log = Client().get(f"/diskussion/protokoll/{now.year}/{now.month}/").content.decode()
    assert "Einspruch stattgegeben" in log


def test_erasing_answers_what_its_writer_said_against_hiding(comment: Comment) -> None:
    hide(comment)
    objection = object_as_writer(comment=comment, text="Die Adresse ist meine eigene.", sender=SENDER)
    erase_by_rule(comment=comment, by=make_member(Role.MODERATOR), rule=house_rule(), words="Keine Adressen.")
    objection.refresh_from_db()
    assert (objection.state, objection.answer) == (ObjectionState.DECLINED, "Keine Adressen.")


@pytest.mark.parametrize("is_objected", [False, True])
def test_reporter_is_told_that_the_writer_withdrew_before_anybody_decided(comment: Comment, is_objected: bool) -> None:
    if is_objected:
        objection, receipt = keep_against(comment, make_member(Role.MODERATOR))
    else:
        receipt = send(Client(), comment, address="ada@example.org")["Location"]
    withdraw_comment(comment=comment)
    run_waiting()
    letter = Letter.objects.get(kind="discussion_report_moot")
    assert "hat ihn zurückgezogen" in letter.text
    assert receipt in letter.text
    assert "zurückgezogen" in Client().get(receipt).content.decode()
    if is_objected:
        objection.refresh_from_db()
        assert objection.state == ObjectionState.MOOT


def test_reporter_is_told_that_the_comment_went_with_its_article(comment: Comment) -> None:
    receipt = send(Client(), comment, address="ada@example.org")["Location"]
    comment.thread.article.delete()
    forget_reports.call()
    run_waiting()
    assert "zusammen mit seinem Artikel" in Letter.objects.get(kind="discussion_report_moot").text
    html = Client().get(receipt).content.decode()
    assert "zusammen mit seinem Artikel" in html
    assert "zurückgezogen" not in html


@pytest.mark.parametrize("is_hidden", [False, True])
def test_what_answers_an_objection_is_not_taken_back(comment: Comment, is_hidden: bool) -> None:
    objection, _receipt = keep_against(comment, make_member(Role.MODERATOR))
    if is_hidden:
        comment.refresh_from_db()
        move(*locked(comment), CommentState.WAITING)
    member = make_member(Role.EDITOR)
    decide_objection(objection=objection, by=member, is_granted=True, rule=house_rule())
    with pytest.raises(DiscussionError, match="Einspruch"), translation.override("de"):
        undo_decision(comment=comment, by=member)
    comment.refresh_from_db()
    assert comment.state == (CommentState.REFUSED if is_hidden else CommentState.REMOVED)


def test_removing_without_a_look_at_the_objection_answers_it_too(comment: Comment) -> None:
    objection, _receipt = keep_against(comment, make_member(Role.MODERATOR))
    member = make_member(Role.EDITOR)
    remove_comment(comment=comment, by=member, rule=house_rule())
    objection.refresh_from_db()
    assert objection.state == ObjectionState.GRANTED
    with pytest.raises(DiscussionError, match="Einspruch"), translation.override("de"):
        undo_decision(comment=comment, by=member)
