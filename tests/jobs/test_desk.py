"""Owners see what failed and what is to come, and decide about it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from freiblatt.jobs import schedules, turns, worker
from freiblatt.jobs.models import Job, JobState
from freiblatt.newsroom.models import StaffMember
from tests.cast import PASSWORD, make_owner
from tests.jobs import errands

pytestmark = pytest.mark.django_db

OVERVIEW = "/admin/jobs/"


@pytest.fixture
def owner(client):
    client.force_login(make_owner(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def member_with(*codenames: str) -> StaffMember:
    member = StaffMember.objects.create_user("editor@example.org", PASSWORD)
    member.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    return member


def make_dead(count: int = 1) -> list[Job]:
    for _ in range(count):
        errands.give_up.enqueue()
    worker.run_waiting()
    return list(Job.objects.dead())


def text_of(client) -> str:
    response = client.get(OVERVIEW)
    assert response.status_code == 200
    return response.content.decode()


def test_without_trouble_the_desk_says_so(owner):
    text = text_of(owner)

    assert reverse("jobs:overview") == OVERVIEW
    assert "Aufgegebene Aufträge" not in text
    assert "Alles in Ordnung: Kein Auftrag ist fehlgeschlagen." in text


def test_dead_and_failing_jobs_are_shown_without_arguments_or_addresses(owner):
    errands.fail.enqueue()
    errands.give_up.enqueue()
    errands.leave.using(queue_name="bulk").enqueue()
    worker.run_waiting()

    text = text_of(owner)

    assert "No mailbox for &lt;…@…&gt;." in text
    assert "The account was closed." in text
    assert errands.SECRET_ADDRESS not in text


def test_upcoming_schedule_is_shown(owner):
    due = timezone.now() + timedelta(hours=1)
    schedules.at(name="publish the harbour story", due=due, job=errands.nightly, kwargs={})

    assert "publish the harbour story" in text_of(owner)


def test_missing_worker_is_noticed(owner):
    errands.nightly.enqueue()
    assert "server_jobs" not in text_of(owner)

    Job.objects.update(due_at=timezone.now() - timedelta(minutes=6))

    assert "server_jobs" in text_of(owner)


def test_owner_runs_a_dead_job_again(owner):
    (job,) = make_dead()

    response = owner.post(f"{OVERVIEW}{job.pk}/again/", follow=True)

    assert response.redirect_chain == [(OVERVIEW, 302)]
    assert "give_up" in response.content.decode()
    assert Job.objects.get().state == JobState.WAITING


def test_owner_runs_all_dead_jobs_again(owner):
    make_dead(3)

    owner.post(f"{OVERVIEW}again/")

    assert not Job.objects.dead().exists()
    assert worker.run_waiting() == 3


def test_owner_discards_a_dead_job(owner):
    (job,) = make_dead()

    owner.post(f"{OVERVIEW}{job.pk}/discard/")

    assert not Job.objects.exists()


@pytest.mark.parametrize("verb", ["again", "discard"])
def test_job_that_ended_meanwhile_is_a_sentence_not_an_error(owner, verb):
    (job,) = make_dead()
    job.result.delete()

    assert owner.post(f"{OVERVIEW}{job.pk}/{verb}/", follow=True).status_code == 200


def test_running_job_is_not_discarded(owner):
    errands.nightly.enqueue()
    assert turns.take_turn(queues=["default"], worker="rosa", lease_seconds=60)

    owner.post(f"{OVERVIEW}{Job.objects.get().pk}/discard/")

    assert Job.objects.exists()


def test_decisions_need_post(owner):
    (job,) = make_dead()

    assert owner.get(f"{OVERVIEW}{job.pk}/discard/").status_code == 405
    assert Job.objects.exists()


def test_dead_jobs_are_paged_and_none_is_skipped(owner):
    jobs = make_dead(53)
    Job.objects.update(failed_at=timezone.now())  # all at the same moment

    first = owner.get(OVERVIEW).context
    second = owner.get(OVERVIEW, {"before": str(first["older"])}).context

    assert (len(first["dead"]), len(second["dead"])) == (50, 3)
    assert {job.pk for job in [*first["dead"], *second["dead"]]} == {job.pk for job in jobs}
    assert second["older"] is None
    assert owner.get(OVERVIEW, {"before": "nonsense"}).status_code == 200


def test_number_of_queries_does_not_grow_with_the_jobs(owner, django_assert_num_queries):
    make_dead(1)
    owner.get(OVERVIEW)
    with CaptureQueriesContext(connection) as one:  # their number itself is Wagtail's, and depends on its caches
        owner.get(OVERVIEW)
    make_dead(2)
    with django_assert_num_queries(len(one.captured_queries)):
        owner.get(OVERVIEW)


@pytest.mark.parametrize(
    ("codenames", "sees", "discards"),
    [((), False, False), (("view_job",), True, False), (("view_job", "delete_job"), True, True)],
)
def test_staff_sees_and_decides_by_permission(client, codenames, sees, discards):
    (job,) = make_dead()
    client.force_login(member_with(*codenames), backend="django.contrib.auth.backends.ModelBackend")

    response = client.get(OVERVIEW)
    assert response.status_code == (200 if sees else 302)
    if sees:
        assert (f"/{job.pk}/discard/" in response.content.decode()) is discards
    client.post(f"{OVERVIEW}{job.pk}/discard/")

    assert Job.objects.exists() is not discards


def test_stranger_sees_nothing(client):
    assert client.get(OVERVIEW).status_code == 302
