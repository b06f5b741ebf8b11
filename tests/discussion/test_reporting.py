"""A reader reports a comment, the desk decides, both sides are told why and may object once."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from freiblatt.discussion.actions import (
    DiscussionError,
    add_comment,
    approve_comment,
    decide_objection,
    erase_comment,
    forget_reports,
    may_decide_objection,
    open_objections,
    open_reports,
    remove_comment,
    withdraw_comment,
)
from freiblatt.discussion.models import (
    Comment,
    CommentState,
    Decision,
    DecisionKind,
    DecisionOrigin,
    DiscussionSettings,
    Objection,
    ObjectionState,
    Report,
    ReportState,
    Thread,
)
from freiblatt.discussion.tokens import own_key
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.models import Letter
from freiblatt.lib import limits
from freiblatt.lib.mail_addresses import address_key
from freiblatt.newsroom.roles import Role
from freiblatt.readers.actions import erase, export
from freiblatt.readers.models import Reader
from tests.cast import make_member, make_owner
from tests.factories import house_rule

pytestmark = pytest.mark.django_db

ARTICLE = "/europa/ein-hafen-wird-verkauft"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture(autouse=True)
def no_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    limits.start_over()
    monkeypatch.setattr("freiblatt.discussion.actions.telling.WAIT_SECONDS", -1)


@pytest.fixture
def comment(thread: Thread) -> Comment:
    return add_comment(thread=thread, guest_name="Helga", text="Der Verfasser ist ein Lump.")


def door(comment: Comment) -> str:
    return f"{ARTICLE}/diskussion/{comment.pk}/melden/"


def nonce_of(client: Client, comment: Comment) -> str:
    html = client.get(door(comment)).content.decode()
    found = re.search(r'name="nonce" value="([^"]+)"', html)
    assert found
    return found[1]


def send(client: Client, comment: Comment, **fields: str):
    form = {"rule": "respect", "nonce": nonce_of(client, comment), **fields}
    return client.post(door(comment), form)


def own_page_of(comment: Comment) -> str:
    """Give a comment a writer's own page, and return its address."""
    token = "w" * 32
    Comment.objects.filter(pk=comment.pk).update(own_key=own_key(token))
    return f"/diskussion/eigener/{token}/"


def test_report_has_a_page_of_its_own_that_nobody_keeps(comment: Comment, client: Client) -> None:
    assert door(comment) in client.get(f"{ARTICLE}/").content.decode()
    answer = client.get(door(comment))
    html = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert "ein Lump" in html
    assert "Sachlich bleiben" in html
    assert "<script" not in html.partition("<main")[2].partition("</main")[0]
    assert answer.cookies == {}
    assert client.get(f"/en{ARTICLE}/discussion/{comment.pk}/report/").status_code == 404


def test_reader_reports_without_name_and_gets_a_receipt(comment: Comment, client: Client) -> None:
    answer = send(client, comment, explanation="Das ist eine Beleidigung.")
    assert answer.status_code == 303
    receipt = client.get(answer["Location"])
    html = receipt.content.decode()
    assert (receipt["Cache-Control"], receipt["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "noindex" in receipt["X-Robots-Tag"]
    assert "Ihre Meldung ist angekommen" in html
    assert "Das ist eine Beleidigung." in html
    report = open_reports().get()
    assert (report.comment, report.rule, report.name, report.address) == (comment, house_rule(), "", "")
    assert (report.due_on - report.made_on).days == 7
    assert client.get("/diskussion/meldung/" + "x" * 32 + "/").status_code == 404
    assert not Letter.objects.exists()
    comment.refresh_from_db()
    assert comment.state == CommentState.PUBLIC


def test_report_of_the_illegal_says_why_and_in_good_faith(comment: Comment, client: Client) -> None:
    assert send(client, comment, rule="law").status_code == 422
    answer = send(client, comment, rule="law", explanation="Das ist Verleumdung, § 187 StGB.")
    assert answer.status_code == 422
    assert "nach bestem Wissen" in answer.content.decode()
    assert "Das ist Verleumdung, § 187 StGB." in answer.content.decode()
    fields = {"explanation": "Das ist Verleumdung, § 187 StGB.", "is_in_good_faith": "on"}
    assert send(client, comment, rule="law", **fields).status_code == 303
    assert Report.objects.get().is_in_good_faith


def test_address_gets_a_letter_that_repeats_nothing_that_was_typed(comment: Comment, client: Client) -> None:
    answer = send(
        client, comment, name="Kauf Pillen", explanation="Besuchen Sie pillen.example", address="ada@example.org"
    )
    letter = Letter.objects.get()
    assert (letter.to_address, letter.kind, letter.language) == ("ada@example.org", "discussion_report_received", "de")
    assert answer["Location"] in letter.text
    assert "illen" not in letter.subject + letter.text + letter.html
    approve_comment(comment=comment, by=None)
    run_waiting()
    assert Letter.objects.latest("pk").kind == "discussion_report_decided"
    assert send(client, comment, address="keine adresse").status_code == 422
    assert Report.objects.count() == 1


def test_form_sent_twice_makes_one_report_and_a_form_of_another_comment_none(
    comment: Comment, thread: Thread, client: Client
) -> None:
    form = {"rule": "respect", "nonce": nonce_of(client, comment)}
    first, second = client.post(door(comment), form), client.post(door(comment), form)
    assert first["Location"] == second["Location"]
    assert Report.objects.count() == 1
    other = add_comment(thread=thread, guest_name="Ingo", text="Ganz harmlos.")
    for nonce in (form["nonce"], "", "x" * 40, "\x00"):
        answer = client.post(door(other), {"rule": "respect", "nonce": nonce, "explanation": "Mein Text."})
        assert answer.status_code == 422
        assert "Mein Text." in answer.content.decode()
    assert Report.objects.count() == 1


def test_same_network_is_read_but_counted_once(comment: Comment) -> None:
    neighbours = [Client(REMOTE_ADDR="203.0.113.7"), Client(REMOTE_ADDR="203.0.113.8")]
    receipts = {send(client, comment)["Location"] for client in neighbours}
    send(Client(REMOTE_ADDR="198.51.100.7"), comment)
    assert len(receipts) == 2
    assert [report.is_counted for report in Report.objects.all()] == [True, False, True]


def test_flood_is_told_to_wait_and_keeps_its_text(comment: Comment, client: Client) -> None:
    for _number in range(10):
        assert send(client, comment).status_code == 303
    answer = send(client, comment, explanation="Noch eine.")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "Noch eine." in answer.content.decode()
    assert Report.objects.count() == 10


def test_hostile_input_is_escaped_wherever_it_shows(comment: Comment, client: Client) -> None:
    answer = send(client, comment, explanation=HOSTILE, name=HOSTILE)
    assert HOSTILE not in client.get(answer["Location"]).content.decode()
    approve_comment(comment=comment, by=None, words=HOSTILE)
    client.post(answer["Location"] + "einspruch/", {"text": HOSTILE})
    html = client.get(answer["Location"]).content.decode()
    assert "<img src=x" not in html
    assert html.count("&lt;img src=x") == 3


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"explanation": "x" * 3001}, "1 Zeichen zu lang"),
        ({"explanation": "x" * 70_000}, "viel zu lang"),
        ({"rule": "unsinn"}, "wogegen der Kommentar"),
        ({"rule": ""}, "wogegen der Kommentar"),
        ({"name": "x" * 121}, "höchstens 120"),
        ({"address": "a@b\r\nBcc: c@example.org"}, "E-Mail-Adresse"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    comment: Comment, client: Client, fields: dict[str, str], words: str
) -> None:
    answer = send(client, comment, **fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Report.objects.exists()


def test_other_sites_cannot_send_the_form(comment: Comment, client: Client) -> None:
    form = {"rule": "respect", "nonce": nonce_of(client, comment)}
    assert client.post(door(comment), form, HTTP_SEC_FETCH_SITE="cross-site").status_code == 403
    assert not Report.objects.exists()


def test_what_is_not_public_cannot_be_reported(comment: Comment, thread: Thread, client: Client) -> None:
    nonce = nonce_of(client, comment)
    waiting = add_comment(thread=thread, guest_name="Ingo", text="Wartet.", state=CommentState.WAITING)
    assert client.get(door(waiting)).status_code == 404
    add_comment(thread=thread, guest_name="Ela", text="Antwort.", parent=comment)
    withdraw_comment(comment=comment)
    answer = client.post(door(comment), {"rule": "respect", "nonce": nonce})
    assert answer.status_code == 410
    assert "nicht mehr" in answer.content.decode()
    assert client.get(f"{ARTICLE}/diskussion/{2**63}/melden/").status_code == 404
    assert not Report.objects.exists()


def test_kept_comment_stays_and_the_reporter_reads_why(comment: Comment, client: Client) -> None:
    receipt = send(client, comment)["Location"]
    other = send(Client(REMOTE_ADDR="198.51.100.7"), comment, rule="topic")["Location"]
    moderator = make_member(Role.MODERATOR)
    approve_comment(comment=comment, by=moderator, words="Das ist ein Werturteil.")
    decision = Decision.objects.get()
    assert (decision.kind, decision.origin, decision.by) == ("kept", "report", moderator)
    assert not open_reports().exists()
    for address in (receipt, other):
        html = client.get(address).content.decode()
        assert "dass der Kommentar stehen bleibt" in html
        assert "Das ist ein Werturteil." in html
    approve_comment(comment=comment, by=moderator)
    assert Decision.objects.count() == 1


def test_removed_comment_tells_its_writer_the_rule_the_ground_and_how_to_object(
    comment: Comment, client: Client
) -> None:
    own, receipt = (
        own_page_of(comment),
        send(client, comment, rule="law", explanation="Beleidigung", is_in_good_faith="on"),
    )
    remove_comment(
        comment=comment,
        by=make_member(Role.MODERATOR),
        rule=house_rule("law"),
        words="„Lump“ ist eine Formalbeleidigung.",
        legal_basis="§ 185 StGB",
    )
    html = client.get(own).content.decode()
    for words in (
        "Nichts Rechtswidriges",
        "§ 185 StGB",
        "Formalbeleidigung",
        "Jemand hatte den Kommentar gemeldet",
        "ein Mensch",
    ):
        assert words in html
    assert "Einspruch erheben" in html
    assert "ein Lump" in html
    seen = client.get(receipt["Location"]).content.decode()
    assert "nicht mehr zu sehen" in seen
    assert "Formalbeleidigung" not in seen
    assert "ein Lump" not in client.get(f"{ARTICLE}/").content.decode()


def test_plain_removing_and_approving_answer_reports_too(comment: Comment, thread: Thread, client: Client) -> None:
    send(client, comment)
    remove_comment(comment=comment, by=None, rule=house_rule("topic"))
    assert Report.objects.get().decision.origin == DecisionOrigin.REPORT
    other = add_comment(thread=thread, guest_name="Ingo", text="Ganz harmlos.")
    send(client, other)
    approve_comment(comment=other, by=None)
    assert Report.objects.latest("pk").decision.kind == DecisionKind.KEPT


@pytest.mark.parametrize("end", [withdraw_comment, erase_comment])
def test_comment_that_goes_meanwhile_ends_the_report(comment: Comment, client: Client, end) -> None:
    receipt = send(client, comment)["Location"]
    end(comment=comment)
    assert Report.objects.get().state == ReportState.MOOT
    assert "zurückgezogen" in client.get(receipt).content.decode()
    with pytest.raises(DiscussionError):
        approve_comment(comment=comment, by=None)


def test_receipt_outlasts_the_article(comment: Comment, client: Client) -> None:
    receipt = send(client, comment)["Location"]
    article = comment.thread.article
    article.unpublish()
    html = client.get(receipt).content.decode()
    assert "angekommen" in html
    assert ARTICLE not in html
    article.delete()
    assert client.get(receipt).status_code == 200
    forget_reports.call()
    assert "gelöscht worden, bevor" in client.get(receipt).content.decode()
    Report.objects.update(decided_on=timezone.now() - timedelta(days=185))
    assert forget_reports.call()["reports"] == 1


def test_number_of_reports_hides_a_comment_until_the_desk_decides_and_never_again(comment: Comment) -> None:
    settings = DiscussionSettings.load()
    settings.reports_to_hold = 2
    settings.save()
    own = own_page_of(comment)
    clients = [Client(REMOTE_ADDR=f"198.51.{number}.7") for number in range(5)]
    send(clients[0], comment)
    send(clients[0], comment)
    comment.refresh_from_db()
    assert comment.state == CommentState.PUBLIC
    send(clients[1], comment)
    comment.refresh_from_db()
    assert (comment.state, comment.hold_reasons) == (CommentState.WAITING, [{"rule": "reported", "detail": "2"}])
    assert Decision.objects.get().is_automatic
    assert "Mehrere haben ihn gemeldet" in clients[0].get(own).content.decode()
    approve_comment(comment=comment, by=None)
    assert {report.state for report in Report.objects.all()} == {ReportState.DECIDED}
    for client in clients[2:]:
        send(client, comment)
    comment.refresh_from_db()
    assert comment.state == CommentState.PUBLIC


def test_newsroom_is_not_hidden_by_reports(thread: Thread, client: Client) -> None:
    DiscussionSettings.objects.update_or_create(defaults={"reports_to_hold": 1})
    comment = add_comment(thread=thread, author=thread.article.bylines.get().author, text="Dazu eine Antwort.")
    send(client, comment)
    comment.refresh_from_db()
    assert comment.state == CommentState.PUBLIC


def test_writer_objects_once_and_somebody_else_restores(comment: Comment, client: Client) -> None:
    own = own_page_of(comment)
    moderator, editor = make_member(Role.MODERATOR), make_member(Role.EDITOR)
    receipt = send(client, comment, address="ada@example.org")["Location"]
    remove_comment(comment=comment, by=moderator, rule=house_rule())
    assert client.post(own + "einspruch/", {"text": "  "}).status_code == 422
    assert client.post(own + "einspruch/", {"text": "Das war ein Zitat."}).status_code == 303
    assert client.post(own + "einspruch/", {"text": "Noch einmal."}).status_code == 422
    objection = open_objections().get()
    assert (objection.due_on - objection.made_on).days == 14
    assert "Das war ein Zitat." in client.get(own).content.decode()
    assert not may_decide_objection(objection, moderator)
    with pytest.raises(DiscussionError, match="jemand anders"):
        decide_objection(objection=objection, by=moderator, is_granted=False)
    decide_objection(objection=objection, by=editor, is_granted=True, words="Sie haben recht.")
    comment.refresh_from_db()
    assert comment.state == CommentState.PUBLIC
    assert "ein Lump" in client.get(f"{ARTICLE}/").content.decode()
    assert "nach einem Einspruch wieder veröffentlicht" in client.get(receipt).content.decode()
    run_waiting()
    assert Letter.objects.latest("pk").kind == "discussion_report_changed"
    with pytest.raises(DiscussionError, match="schon beantwortet"):
        decide_objection(objection=objection, by=editor, is_granted=False)


def test_objection_that_is_declined_is_final(comment: Comment, client: Client) -> None:
    own = own_page_of(comment)
    owner = make_owner()
    remove_comment(comment=comment, by=owner, rule=house_rule())
    client.post(own + "einspruch/", {"text": "Warum?"})
    # Nobody else is there.
    decide_objection(objection=open_objections().get(), by=owner, is_granted=False, words="Darum.")
    html = client.get(own).content.decode()
    assert "Darum." in html
    assert "endgültig" in html
    assert "Einspruch erheben" not in html


def test_objection_comes_too_late_after_six_months(comment: Comment, client: Client) -> None:
    own = own_page_of(comment)
    remove_comment(comment=comment, by=None, rule=house_rule())
    Decision.objects.update(made_on=timezone.now() - timedelta(days=185))
    assert "Einspruch erheben" not in client.get(own).content.decode()
    assert client.post(own + "einspruch/", {"text": "Doch noch."}).status_code == 422
    assert not Objection.objects.exists()


def test_reporter_objects_and_the_comment_goes(comment: Comment, client: Client) -> None:
    own = own_page_of(comment)
    receipt = send(client, comment, address="ada@example.org")["Location"]
    assert client.post(receipt + "einspruch/", {"text": "Zu früh."}).status_code == 422
    approve_comment(comment=comment, by=make_member(Role.MODERATOR))
    assert client.post(receipt + "einspruch/", {"text": "Lesen Sie § 185."}).status_code == 303
    assert client.post(receipt + "einspruch/", {"text": "Zweimal."}).status_code == 422
    decide_objection(objection=open_objections().get(), by=make_member(Role.EDITOR), is_granted=True)
    comment.refresh_from_db()
    last = Decision.objects.last()
    assert (comment.state, last.kind, last.origin, last.rule) == ("removed", "removed", "objection", house_rule())
    assert "gibt ihm statt" in client.get(receipt).content.decode()
    run_waiting()
    assert Letter.objects.filter(kind="discussion_report_objection_decided").count() == 1
    # The writer has not been heard yet.
    assert client.post(own + "einspruch/", {"text": "Und ich?"}).status_code == 303


def test_withdrawn_comment_ends_the_objection(comment: Comment, client: Client) -> None:
    own = own_page_of(comment)
    remove_comment(comment=comment, by=None, rule=house_rule())
    client.post(own + "einspruch/", {"text": "Ich, Helga, bin dagegen."})
    withdraw_comment(comment=comment)
    objection = Objection.objects.get()
    assert (objection.state, objection.text) == (ObjectionState.MOOT, "")


def test_reports_follow_a_reader_who_asks_for_them_or_wants_them_gone(comment: Comment, client: Client) -> None:
    reader = Reader.objects.create(
        address="ada@example.org", address_key=address_key("ada@example.org"), language="de", state="unconfirmed"
    )
    send(client, comment, address="ada@example.org", name="Ada", explanation="Bitte prüfen.")
    (known,) = export(reader=reader)["discussion_reports"]  # type: ignore[misc]
    assert (known["name"], known["explanation"], known["rule"]) == ("Ada", "Bitte prüfen.", "respect")
    erase(reader=reader)
    report = open_reports().get()
    assert (report.name, report.address, report.explanation, report.address_key) == ("", "", "", "")
    approve_comment(comment=comment, by=None)
    assert not mail.outbox


def test_what_is_known_of_reporters_goes_in_time(comment: Comment, client: Client) -> None:
    receipt = send(client, comment, address="ada@example.org", name="Ada")["Location"]
    Report.objects.update(made_on=timezone.now() - timedelta(hours=48))
    assert forget_reports.func() == {"networks": 1, "reports": 0, "objections": 0}
    assert Report.objects.get().name == "Ada"
    approve_comment(comment=comment, by=None)
    Report.objects.update(decided_on=timezone.now() - timedelta(days=185))
    assert forget_reports.func()["reports"] == 1
    report = Report.objects.get()
    assert (report.name, report.address, report.state) == ("", "", ReportState.DECIDED)
    assert client.get(receipt).status_code == 200
