"""Real workers publish what is due: once, whatever happens to them, and also what came due while none ran."""

import signal
from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import PageLogEntry, Revision

from freiblatt.articles.actions import found_publication, publish_article, write_article
from freiblatt.articles.models import ArticlePage, SectionPage
from freiblatt.jobs.models import ScheduledRun
from tests.factories import make_section
from tests.jobs.conftest import Publication, publication  # noqa: F401 (a fixture)
from tests.processes import wait_until

pytestmark = pytest.mark.process

DUE = 30


def schedule(section: SectionPage, number: int, **times: object) -> ArticlePage:
    """Return an article that the desk has scheduled for an hour from now."""
    times = times or {"go_live_at": timezone.now() + timedelta(hours=1)}
    return publish_article(article=write_article(section=section, title=f"Artikel {number}", **times))


def come_due(article: ArticlePage) -> None:
    """Let the hour pass, as it does while the program is down."""
    past = timezone.now() - timedelta(minutes=5)
    revision = Revision.objects.for_instance(article).get(approved_go_live_at__isnull=False)
    revision.content["go_live_at"] = past.isoformat()
    revision.approved_go_live_at = past
    revision.save()


def test_what_came_due_meanwhile_is_published_once_though_a_worker_is_killed(
    publication: Publication,  # noqa: F811
) -> None:
    found_publication(name="Testblatt", url="http://testserver", languages=["de", "en"])
    section = make_section(title="Europa")
    due = [schedule(section, number) for number in range(DUE)]
    cancelled, moved = schedule(section, 100), schedule(section, 101)
    ends = schedule(section, 102, expire_at=timezone.now() + timedelta(hours=1))
    for article in [*due, cancelled, moved]:
        come_due(article)
    Revision.objects.for_instance(cancelled).update(approved_go_live_at=None)
    later = timezone.now() + timedelta(hours=2)
    Revision.objects.for_instance(moved).filter(approved_go_live_at__isnull=False).update(approved_go_live_at=later)
    ArticlePage.objects.filter(pk=ends.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    assert set(ArticlePage.objects.live()) == {ends}
    ScheduledRun.objects.create(
        name="articles.publish_due",
        due_at=timezone.now() - timedelta(minutes=5),
        task_path="freiblatt.articles.actions.publishing.publish_due",
        queue="urgent",
        is_recurring=True,
    )

    first = publication.start_worker("--with-schedules", "--lease-seconds", "3")
    wait_until(lambda: ArticlePage.objects.live().count() > 2, "the first articles")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert ArticlePage.objects.live().count() < DUE
    workers = [publication.start_worker("--with-schedules", "--lease-seconds", "3") for _ in range(2)]
    wait_until(lambda: ArticlePage.objects.live().count() == DUE, "all that is due")
    ScheduledRun.objects.pending().filter(name="articles.publish_due").update(due_at=timezone.now())
    wait_until(lambda: not ScheduledRun.objects.due(timezone.now()).exists(), "another look")
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(60) for worker in workers] == [0, 0]

    assert set(ArticlePage.objects.live()) == set(due)
    published = PageLogEntry.objects.filter(action="wagtail.publish.scheduled")
    assert sorted(published.values_list("page_id", flat=True)) == sorted(article.pk for article in due)
    ended = PageLogEntry.objects.filter(action="wagtail.unpublish.scheduled")
    assert list(ended.values_list("page_id", flat=True)) == [ends.pk]
    waiting = Revision.objects.filter(approved_go_live_at__isnull=False)
    assert list(waiting.values_list("object_id", flat=True)) == [str(moved.pk)]
