"""House rules and the public log: what everybody may read of the desk's decisions."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from freiblatt.discussion.actions import add_comment, refuse_comment, remove_comment, restore_comment
from freiblatt.discussion.models import Comment, CommentState, Decision, HouseRuleText, Thread
from freiblatt.discussion.reading import log
from freiblatt.newsroom.roles import Role
from tests.cast import make_member
from tests.factories import house_rule

pytestmark = pytest.mark.django_db


def decide(thread: Thread) -> Comment:
    """Remove a comment, with words that nobody else may read; return it."""
    comment = add_comment(thread=thread, guest_name="Helga Heimlich", text="Das steht nirgends mehr.")
    member = make_member(Role.MODERATOR, first_name="Moritz", last_name="Moderator")
    return remove_comment(comment=comment, by=member, rule=house_rule(), words="Vertraulich.", legal_basis="§ 185")


def test_rules_are_to_be_read_in_both_languages_and_linked_by_the_form(thread: Thread, client: Client) -> None:
    assert 'href="/diskussion/regeln/"' in client.get("/europa/ein-hafen-wird-verkauft/").content.decode()
    german, english = (
        client.get(address).content.decode() for address in ("/diskussion/regeln/", "/en/discussion/rules/")
    )
    assert "Privates bleibt privat" in german
    assert "innerhalb von 7 Tagen" in german
    assert "Leave private lives alone" in english
    assert 'href="/en/discussion/rules/"' in german


def test_rule_out_of_force_leaves_the_page(client: Client) -> None:
    rule = house_rule("topic")
    rule.is_standing = False
    rule.save()
    assert "Beim Thema bleiben" not in client.get("/diskussion/regeln/").content.decode()


def test_log_says_what_went_and_by_which_rule_and_nothing_else(thread: Thread, client: Client) -> None:
    comment = decide(thread)
    waiting = add_comment(thread=thread, guest_name="Ingo", text="Kauft!", state=CommentState.WAITING)
    refuse_comment(comment=waiting, by=None, rule=house_rule("advertising"))
    month = Decision.objects.first().made_on
    pages = [client.get(address).content.decode() for address in ("/diskussion/protokoll/", _address(month))]
    for html in pages:
        for secret in ("Helga", "Heimlich", "nirgends", "Moritz", "Vertraulich", "§ 185", "Hafen", "Ingo", "Kauft"):
            assert secret not in html.partition("<main")[2]
    assert "Sachlich bleiben" in pages[1]
    assert "Keine Werbung" in pages[1]
    assert "1 Kommentar entfernt" in pages[1]
    restore_comment(comment=comment, by=None)
    assert "1 Kommentar wieder veröffentlicht" in client.get(_address(month)).content.decode()
    assert client.get("/diskussion/protokoll/1999/1/").status_code == 404
    assert client.get("/diskussion/protokoll/2026/13/").status_code == 404
    assert client.get(f"/diskussion/protokoll/{10**9}/1/").status_code == 404


def _address(month) -> str:
    return f"/diskussion/protokoll/{month.year}/{month.month}/"


def test_log_is_there_as_a_table(thread: Thread, client: Client) -> None:
    decide(thread)
    answer = client.get("/diskussion/protokoll/alles.csv")
    head, row = csv.reader(io.StringIO(answer.content.decode()))
    assert answer["Content-Type"].startswith("text/csv")
    assert dict(zip(head, row, strict=True)) == {
        "date": Decision.objects.get().made_on.astimezone().date().isoformat(),
        "decision": "removed",
        "rule": "respect",
        "cause": "desk",
        "automatic": "no",
        "objection_by_writer": "",
        "objection_by_reporter": "",
    }


def test_log_outlasts_the_article(thread: Thread, client: Client) -> None:
    decide(thread)
    thread.article.delete()
    assert "1 Kommentar entfernt" in client.get(_address(Decision.objects.get().made_on)).content.decode()


def test_empty_log_says_so(front, client: Client) -> None:
    assert "Bisher wurde nichts entfernt." in client.get("/diskussion/protokoll/").content.decode()


def test_log_costs_the_same_with_one_decision_and_with_three(thread: Thread) -> None:
    decide(thread)
    costs = []
    for _number in range(2):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            first = Decision.objects.first().made_on
            assert log.log_months()
            assert log.log_month(first.year, first.month)
        costs.append(len(asked))
        for name in ("Ingo", "Ela"):
            comment = add_comment(thread=thread, guest_name=name, text="Auch das.")
            remove_comment(comment=comment, by=None, rule=house_rule("topic"))
    assert costs[0] == costs[1]


def test_long_month_lists_the_latest_and_counts_all(thread: Thread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "ENTRIES_IN_MONTH", 2)
    Decision.objects.bulk_create(
        Decision(thread=thread, kind="removed", rule=house_rule(code)) for code in ("respect", "topic", "law")
    )
    first = Decision.objects.first().made_on
    month = log.log_month(first.year, first.month)
    assert [entry.rule for entry in month.entries] == ["Nichts Rechtswidriges", "Beim Thema bleiben"]
    assert (month.n_more, month.numbers.n_removed) == (1, 3)


def test_words_of_the_desk_are_escaped(client: Client, front) -> None:
    HouseRuleText.objects.filter(language="de").update(title="<b>x</b>", text="<script>y</script>")
    html = client.get("/diskussion/regeln/").content.decode()
    assert "<script>y" not in html
    assert "<b>x" not in html
