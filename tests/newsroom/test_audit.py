"""The log says who did what, to the owner alone; nobody takes a line out of it."""

import csv
import io
import json
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.log_actions import log
from wagtail.models import Locale, ModelLogEntry, PageLogEntry

from freiblatt.articles.models import FrontPage, FrontSlot
from freiblatt.jobs import schedules, worker
from freiblatt.jobs.actions import discard, run_again
from freiblatt.jobs.models import Job, ScheduledRun
from freiblatt.lib import limits
from freiblatt.newsroom.actions import give_roles
from freiblatt.newsroom.audit import log_about_publication
from freiblatt.newsroom.audit.entries import changes_of
from freiblatt.newsroom.audit.report import harmless
from freiblatt.newsroom.audit.writing import forget_failed_sign_ins, forget_visits
from freiblatt.newsroom.models import Menu, MenuItem, MenuPlace, PublicationSettings, PublicationText, StaffMember
from freiblatt.newsroom.roles import Role
from tests.cast import PASSWORD, make_member, make_owner
from tests.factories import make_article, make_section
from tests.jobs import errands
from tests.pictures import make_picture, picture_bytes

pytestmark = pytest.mark.django_db

REPORT = "/admin/reports/log/"


@pytest.fixture(autouse=True)
def _no_earlier_tries() -> None:
    limits.start_over()


@pytest.fixture
def owner(front) -> StaffMember:
    return make_owner()


def desk_of(member: StaffMember) -> Client:
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


def noted(action: str) -> list[dict]:
    return list(ModelLogEntry.objects.filter(action=action).order_by("pk").values_list("data", flat=True))


def said(entry) -> str:
    with translation.override("en"):
        return str(entry.message)


def changes() -> list[tuple[str, str, str]]:
    """Return all changed fields that were noted, in the order of the log."""
    with translation.override("en"):
        entries = [*ModelLogEntry.objects.filter(action="newsroom.changed").order_by("pk")]
        return [(one["field"], one["before"], one["after"]) for entry in entries for one in changes_of(entry.data)]


def test_failed_sign_in_names_the_member_and_the_neighbourhood_and_no_password(owner):
    Client().post(
        "/admin/login/", {"username": owner.email, "password": "falsch-und-geheim"}, REMOTE_ADDR="203.0.113.77"
    )

    (entry,) = ModelLogEntry.objects.filter(action="newsroom.sign_in_failed")
    assert (entry.label, entry.object_id, entry.data) == ("Olga Owner", str(owner.pk), {"from": "203.0.113.0/24"})
    assert said(entry) == "Sign-in failed, from 203.0.113.0/24"


def test_what_a_stranger_typed_for_a_name_is_not_kept(owner):
    # What is no mail address gets no further than the form.
    for typed in (PASSWORD, f"{PASSWORD}@example.org"):
        Client().post("/admin/login/", {"username": typed, "password": "x"})

    (entry,) = ModelLogEntry.objects.filter(action="newsroom.sign_in_failed")
    assert PASSWORD not in f"{entry.label} {entry.data}"


def test_flood_of_tries_is_noted_in_a_few_lines(owner):
    for number in range(30):
        Client().post("/admin/login/", {"username": f"a{number}@example.org", "password": "x"})

    assert len(noted("newsroom.sign_in_failed")) == 10


def test_roles_are_noted_whichever_way_they_came(owner):
    member = make_member(Role.AUTHOR)
    give_roles(member=member, roles=[Role.EDITOR], by=owner)
    Group.objects.get(name="editor").user_set.remove(member)

    entries = ModelLogEntry.objects.filter(action="newsroom.roles", object_id=str(member.pk)).order_by("pk")
    assert [said(entry) for entry in entries] == [
        "Role given: Author",
        "Role given: Editor",
        "Role taken: Author",
        "Role taken: Editor",
    ]


def test_group_that_is_no_role_is_no_news(owner):
    make_member().groups.add(Group.objects.create(name="Sport"))

    assert noted("newsroom.roles") == [{"given": ["owner"]}]


def test_changed_setting_is_noted_with_before_and_after(owner):
    settings = PublicationSettings.load()
    settings.name = "Neues Blatt"
    settings.save()
    settings.second_person = "never"
    settings.save()
    settings.save()

    assert [one for one in changes() if one[0] not in ("Mail address", "First name", "Last name")] == [
        ("Name", "empty", "Neues Blatt"),
        (
            "Check by a second person",
            "As soon as two people may publish",
            "Never: whoever may publish may do it alone",
        ),
    ]


def test_text_is_noted_at_the_publication_and_cut(owner):
    text = PublicationText.objects.create(
        publication=PublicationSettings.load(), locale=Locale.objects.get(language_code="de"), footer="x" * 600
    )
    text.footer = ""
    text.save()

    cut = f"{'x' * 199}…"
    assert changes()[-2:] == [("Note in the footer", "empty", cut), ("Note in the footer", cut, "empty")]
    entry = ModelLogEntry.objects.filter(action="newsroom.changed").first()
    assert entry.content_type.model_class() is PublicationSettings


def test_link_of_a_menu_that_comes_and_goes_is_noted_and_a_whole_menu_once(owner):
    menu = Menu.objects.create(place=MenuPlace.MAIN, locale=Locale.objects.get(language_code="de"))
    item = MenuItem.objects.create(menu=menu, label="Spenden", address="/spenden/")
    item.delete()
    MenuItem.objects.create(menu=menu, label="Über uns", address="/wir/")
    seen = len(changes())
    menu.delete()

    assert ("Label", "Spenden", "empty") in changes()
    assert len(changes()) == seen
    assert noted("newsroom.deleted") == [{}]


def test_slot_of_the_front_page_is_noted_in_the_pages_history(front: FrontPage, owner):
    article = make_article(section=make_section())
    FrontSlot.objects.create(front_page=front, article=article, size="lead")

    entry = PageLogEntry.objects.get(action="newsroom.changed", page=front)
    assert "Size: empty → Lead" in said(entry)
    assert str(article) in said(entry)


def test_deleted_file_is_noted_by_name(owner):
    picture = make_picture(content=picture_bytes(width=40, height=30), title="Hafen bei Nacht")
    picture.delete()

    assert ModelLogEntry.objects.get(action="newsroom.deleted").label == "Hafen bei Nacht"


def test_decisions_about_jobs_are_noted(owner):
    for _number in range(2):
        errands.give_up.enqueue()
    worker.run_waiting()
    first, second = Job.objects.dead()
    run_again(job=first)
    discard(job=second)

    actions = ModelLogEntry.objects.filter(action__startswith="jobs.").values_list("action", "object_id")
    assert set(actions) == {("jobs.run_again", str(first.pk)), ("jobs.discard", str(second.pk))}


def test_owner_reads_who_did_what(owner):
    editor = make_member(Role.EDITOR, first_name="Edda", last_name="Editor")
    menu = Menu.objects.create(place=MenuPlace.MAIN, locale=Locale.objects.get(language_code="de"))
    log(instance=menu, action="newsroom.changed", user=editor, data={"model": "newsroom.menu", "changes": []})

    page = desk_of(owner).get(REPORT).content.decode()

    assert "Edda Editor" in page
    assert "Hauptmenü" in page or str(menu) in page


@pytest.mark.parametrize("role", [Role.EDITOR, Role.AUTHOR, Role.MODERATOR, Role.ACCOUNTANT])
@pytest.mark.parametrize("address", [REPORT, f"{REPORT}results/", f"{REPORT}?export=csv", f"{REPORT}?export=jsonl"])
def test_nobody_else_reads_it(front, role, address):
    assert desk_of(make_member(role)).get(address).status_code == 302


def test_name_stays_when_the_account_goes(owner):
    editor = make_member(Role.EDITOR, first_name="Edda", last_name="Editor")
    log(instance=PublicationSettings.load(), action="newsroom.changed", user=editor, data={"changes": []})
    number = editor.pk
    editor.delete()

    page = desk_of(owner).get(REPORT).content.decode()
    lines = b"".join(desk_of(owner).get(f"{REPORT}?export=jsonl").streaming_content).decode().splitlines()

    assert "Edda Editor" in page
    assert {one["person"] for one in map(json.loads, lines) if one["person_id"] == number} == {"Edda Editor"}


def test_entry_that_says_more_stands_alone(owner):
    client = desk_of(owner)
    address = reverse("wagtailsnippets_newsroom_menu:add")
    client.post(
        address,
        {
            "place": "main",
            "locale": Locale.objects.get(language_code="de").pk,
            "items-TOTAL_FORMS": 0,
            "items-INITIAL_FORMS": 0,
        },
    )
    assert ModelLogEntry.objects.filter(action="wagtail.create").count() == 1

    shown = client.get(REPORT).context["object_list"]

    assert [entry.action for entry in shown if entry.label == str(Menu.objects.get())] == ["newsroom.changed"]


def test_report_is_filtered_by_person_action_and_time(owner):
    editor = make_member(Role.EDITOR)
    for member in (owner, editor):
        log(instance=PublicationSettings.load(), action="jobs.discard", user=member)
    ModelLogEntry.objects.filter(user=owner).update(timestamp=timezone.now() - timedelta(days=40))
    client = desk_of(owner)

    def found(**query) -> list:
        return [(one.user_id, one.action) for one in client.get(REPORT, query).context["object_list"]]

    assert found(user=editor.pk, action="jobs.discard") == [(editor.pk, "jobs.discard")]
    assert (owner.pk, "jobs.discard") in found(action="jobs.discard")
    assert found(action="jobs.discard", timestamp_from=f"{timezone.localdate():%Y-%m-%d}") == [
        (editor.pk, "jobs.discard")
    ]
    exported = client.get(REPORT, {"user": editor.pk, "export": "jsonl"})
    assert [json.loads(line)["person_id"] for line in exported.streaming_content] == [editor.pk]


def test_table_for_spreadsheets_holds_no_formula(owner):
    make_section(title='=HYPERLINK("https://example.org")', slug="boese", owner=owner)
    log(
        instance=FrontPage.objects.first(), action="wagtail.edit", user=owner, title='=HYPERLINK("https://example.org")'
    )

    answer = desk_of(owner).get(f"{REPORT}?export=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["time", "person", "action", "what", "kind", "says"]
    assert '\'=HYPERLINK("https://example.org")' in {row[3] for row in rows}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows[1:] for cell in row)


@pytest.mark.parametrize(
    ("cell", "kept"), [("=1+1", "'=1+1"), ("@x", "'@x"), ("\t=1", "'\t=1"), ("a=1", "a=1"), ("", "")]
)
def test_cell_that_begins_like_a_formula_is_marked_as_text(cell, kept):
    assert harmless(cell) == kept


def test_files_are_in_order_over_both_tables_and_sent_bit_by_bit(front, owner):
    for number in range(3):
        log(instance=front, action="wagtail.edit", user=owner)
        log(instance=PublicationSettings.load(), action="jobs.discard", user=owner, data={"number": number})

    answer = desk_of(owner).get(f"{REPORT}?export=jsonl")

    assert answer.streaming
    times = [json.loads(line)["time"] for line in answer.streaming_content]
    assert times == sorted(times, reverse=True)
    assert len(times) >= 6


def test_number_of_queries_does_not_grow_with_the_entries(owner, django_assert_max_num_queries):
    client = desk_of(owner)
    for _number in range(2):
        log(instance=PublicationSettings.load(), action="jobs.discard", user=owner)
    client.get(REPORT)
    with django_assert_max_num_queries(40) as few:
        client.get(REPORT)
    for _number in range(20):
        log(instance=PublicationSettings.load(), action="jobs.discard", user=owner)

    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(REPORT)


def test_visits_are_forgotten_after_a_year_and_decisions_never(owner):
    log(instance=owner, action="newsroom.sign_in_failed", data={"from": "203.0.113.0/24"})
    log(instance=owner, action="newsroom.roles", data={"given": ["owner"]})
    ModelLogEntry.objects.update(timestamp=timezone.now() - timedelta(days=366))
    log(instance=owner, action="newsroom.sign_in_failed")

    assert forget_visits.call() == 1
    assert len(noted("newsroom.sign_in_failed")) == 1
    assert {"given": ["owner"]} in noted("newsroom.roles")


def test_addresses_of_failed_sign_ins_are_forgotten_as_soon_as_they_lock_nobody(owner):
    def fail(name: str, times: int):
        for _time in range(times):
            typed = {"username": name, "password": "falsch-und-geheim"}
            answer = Client().post("/admin/login/", typed, REMOTE_ADDR="203.0.113.77")
        return answer

    fail("niemand@example.org", 1)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert fail(owner.email, 8).status_code == 429
    AccessAttempt.objects.create(username="lange-her", ip_address="203.0.113.78", user_agent="", failures_since_start=1)
    AccessAttempt.objects.filter(username="lange-her").update(attempt_time=timezone.now() - timedelta(minutes=16))
    schedules.plan_recurring(is_start=True)
    ScheduledRun.objects.filter(name="newsroom.forget_failed_sign_ins").update(due_at=timezone.now())
    worker.run_waiting()

    assert set(AccessAttempt.objects.values_list("username", flat=True)) == {owner.email}
    assert fail(owner.email, 1).status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert forget_failed_sign_ins.call() == 1
    assert not AccessAttempt.objects.exists()


def test_what_concerns_the_publication_has_a_line(owner):
    log_about_publication("jobs.discard", by=owner, file="x.backup")

    entry = ModelLogEntry.objects.get(action="jobs.discard")
    assert (entry.user, entry.data) == (owner, {"file": "x.backup"})


def test_deleted_article_keeps_its_history(owner):
    article = make_article(section=make_section())
    log(instance=article, action="wagtail.publish", user=owner)
    number = article.pk
    article.delete()

    assert PageLogEntry.objects.filter(page_id=number).exists()
