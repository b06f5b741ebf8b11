"""Articles appear and disappear at their time."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import PageLogEntry
from wagtail.signals import page_published, page_unpublished
from wagtail.users.models import UserProfile

from freiblatt.articles.actions import publish_due, relist_all
from freiblatt.articles.desk_publishing import overdue_pages
from freiblatt.articles.models import ArticlePage, FrontPage, Listing
from freiblatt.jobs import schedules
from freiblatt.newsroom.models import StaffMember
from tests.articles.test_desk import form_of
from tests.cast import make_owner
from tests.factories import make_article, make_section, make_topic


def schedule(article: ArticlePage, **times: object) -> None:
    """Publish `article` with a schedule, as the editor does."""
    for name, value in times.items():
        setattr(article, name, value)
    article.save_revision().publish()


def arrive(article: ArticlePage) -> None:
    """Let the moment of a schedule pass."""
    article.revisions.filter(approved_go_live_at__isnull=False).update(approved_go_live_at=timezone.now())


def test_scheduled_article_appears_at_its_time(front: FrontPage, client: Client) -> None:
    article = make_article(section=make_section(title="Europa"), slug="hafen", is_published=False)
    schedule(article, go_live_at=timezone.now() + timedelta(hours=1))
    assert publish_due.func() == 0
    assert client.get("/europa/hafen/").status_code == 404
    arrive(article)
    ArticlePage.objects.filter(pk=article.pk).update(go_live_at=timezone.now())
    revision = article.revisions.get(approved_go_live_at__isnull=False)
    revision.content["go_live_at"] = timezone.now().isoformat()
    revision.save()
    assert publish_due.func() == 1
    assert publish_due.func() == 0
    assert client.get("/europa/hafen/").status_code == 200
    assert [teaser.headline for teaser in client.get("/europa/").context["teasers"]] == [article.title]


def test_article_whose_time_has_run_out_disappears(front: FrontPage, client: Client) -> None:
    article = make_article(section=make_section(title="Europa"), slug="hafen")
    ArticlePage.objects.filter(pk=article.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    assert publish_due.func() == 1
    assert client.get("/europa/hafen/").status_code == 410
    assert not Listing.objects.exists()


def due_now(article: ArticlePage, **content: object) -> None:
    """Let the moment of a schedule pass in its revision too, from which the page is made."""
    revision = article.revisions.get(approved_go_live_at__isnull=False)
    revision.content |= {"go_live_at": (timezone.now() - timedelta(minutes=5)).isoformat(), **content}
    revision.approved_go_live_at = timezone.now() - timedelta(minutes=5)
    revision.save()


@pytest.fixture
def stumbling(front: FrontPage) -> Iterator[set[int]]:
    """Articles, by number, over which a room above stumbles when they change."""
    found: set[int] = set()

    def stumble(instance: ArticlePage, **kwargs: object) -> None:
        if instance.pk in found:
            raise RuntimeError("a room above has a fault")

    page_published.connect(stumble)
    page_unpublished.connect(stumble)
    yield found
    page_published.disconnect(stumble)
    page_unpublished.disconnect(stumble)


def test_article_that_fails_holds_no_other_up(stumbling: set[int], client: Client) -> None:
    section = make_section(title="Europa")
    for slug in ("erster", "zweiter"):
        article = make_article(section=section, slug=slug, is_published=False)
        schedule(article, go_live_at=timezone.now() + timedelta(hours=1))
        due_now(article)
    over = make_article(section=section, slug="vorbei")
    late = make_article(section=section, slug="auch-vorbei")
    ArticlePage.objects.filter(pk__in=[over.pk, late.pk]).update(expire_at=timezone.now() - timedelta(minutes=1))
    first = ArticlePage.objects.get(slug="erster")
    stumbling.update({first.pk, over.pk})

    for _ in range(2):
        with pytest.raises(RuntimeError, match="a room above has a fault"):
            publish_due.func()

    assert client.get("/europa/zweiter/").status_code == 200
    assert client.get("/europa/auch-vorbei/").status_code == 410
    # Nothing was half done, and the newsroom is told once.
    assert client.get("/europa/erster/").status_code == 404
    assert client.get("/europa/vorbei/").status_code == 200
    assert PageLogEntry.objects.filter(action="articles.not_published", page_id=first.pk).count() == 1
    (overdue,) = overdue_pages(make_owner())
    assert overdue["page"].pk == first.pk

    stumbling.clear()
    assert publish_due.func() == 2
    assert client.get("/europa/erster/").status_code == 200
    assert overdue_pages(StaffMember.objects.get()) == []


def test_what_came_and_went_while_the_program_was_down_is_not_shown(front: FrontPage, client: Client) -> None:
    article = make_article(section=make_section(title="Europa"), slug="hafen", is_published=False)
    soon = timezone.now() + timedelta(hours=1)
    schedule(article, go_live_at=soon, expire_at=soon + timedelta(hours=1))
    due_now(article, expire_at=(timezone.now() - timedelta(minutes=1)).isoformat())
    assert publish_due.func() == 0
    assert client.get("/europa/hafen/").status_code == 404
    assert not ArticlePage.objects.get().approved_schedule
    assert PageLogEntry.objects.filter(action="articles.not_published").count() == 1
    assert publish_due.func() == 0


def test_end_of_a_version_leaves_the_schedule_of_the_next(front: FrontPage, client: Client) -> None:
    schedule(make_article(section=make_section(title="Europa"), slug="hafen"))
    article = ArticlePage.objects.get()
    schedule(article, go_live_at=timezone.now() + timedelta(hours=1))
    ArticlePage.objects.filter(pk=article.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    assert publish_due.func() == 1
    assert client.get("/europa/hafen/").status_code == 410
    due_now(article, expire_at=None)
    assert publish_due.func() == 1
    assert client.get("/europa/hafen/").status_code == 200


def test_end_that_was_put_off_is_honoured(front: FrontPage, client: Client) -> None:
    article = make_article(section=make_section(title="Europa"), slug="hafen")
    schedule(article, expire_at=timezone.now() + timedelta(hours=1))
    schedule(ArticlePage.objects.get(), expire_at=timezone.now() + timedelta(hours=2))
    ArticlePage.objects.filter(pk=article.pk).update(expire_at=timezone.now() - timedelta(seconds=1))
    schedule(ArticlePage.objects.get(), expire_at=timezone.now() + timedelta(hours=2))
    assert publish_due.func() == 0
    assert client.get("/europa/hafen/").status_code == 200


def test_desk_cancels_a_schedule(front: FrontPage, client: Client) -> None:
    article = make_article(section=make_section(title="Europa"), slug="hafen", is_published=False)
    schedule(article, go_live_at=timezone.now() + timedelta(hours=1))
    client.force_login(make_owner(), backend="django.contrib.auth.backends.ModelBackend")
    revision = article.revisions.get(approved_go_live_at__isnull=False)
    client.post(reverse("wagtailadmin_pages:revisions_unschedule", args=[article.pk, revision.pk]))
    assert not ArticlePage.objects.get().approved_schedule
    assert publish_due.func() == 0
    assert client.get("/europa/hafen/").status_code == 404


@pytest.fixture
def desk(front: FrontPage, plain_static: None, client: Client) -> Client:
    """The desk of somebody who speaks English and sits in New York."""
    owner = make_owner()
    UserProfile.objects.create(user=owner, preferred_language="en", current_time_zone="America/New_York")
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_times_are_those_of_the_publication_wherever_somebody_sits(desk: Client) -> None:
    article = make_article(section=make_section(title="Europa"))
    address = reverse("wagtailadmin_pages:edit", args=[article.pk])
    desk.post(address, {**form_of(), "go_live_at": "2999-07-01 06:00", "action-publish": "1"})
    scheduled = ArticlePage.objects.get().scheduled_revision
    assert scheduled.approved_go_live_at.isoformat() == "2999-07-01T04:00:00+00:00"
    html = desk.get(address).content.decode()
    assert 'value="2999-07-01 06:00"' in html
    assert re.search(r"Time of the publication: Berlin \(today CES?T\)\.", html)
    assert UserProfile.objects.get().current_time_zone == "America/New_York"


@pytest.mark.parametrize(
    ("entered", "sentence"),
    [
        (
            "2999-03-31 02:30",
            "On 31 March 2999 the clock is put forward, and there is no 02:30. Take an hour earlier or later.",
        ),
        (
            "2999-10-27 02:30",
            "On 27 October 2999 the clock is put back, and 02:30 comes twice. Take a time before or after that hour.",
        ),
    ],
)
def test_times_that_the_clock_skips_or_shows_twice_are_refused(desk: Client, entered: str, sentence: str) -> None:
    article = make_article(section=make_section(title="Europa"))
    address = reverse("wagtailadmin_pages:edit", args=[article.pk])
    refused = desk.post(address, {**form_of(), "go_live_at": entered, "action-publish": "1"})
    with translation.override("en"):
        assert list(refused.context["form"].errors["go_live_at"]) == [sentence]


def test_date_that_is_entered_again_keeps_its_seconds(desk: Client) -> None:
    moment = datetime(2025, 10, 26, 1, 30, 17, tzinfo=UTC)  # the second 2:30 of that night
    article = make_article(section=make_section(title="Europa"), published_on=moment)
    address = reverse("wagtailadmin_pages:edit", args=[article.pk])
    desk.post(address, {**form_of(published_on="2025-10-26 02:30", kicker="Neu"), "action-publish": "1"})
    changed = ArticlePage.objects.get()
    assert (changed.kicker, changed.published_on) == ("Neu", moment)


def test_looking_for_what_is_due_happens_by_itself() -> None:
    assert "articles.publish_due" in {recurrence.name for recurrence in schedules._recurrences.values()}


def test_deleted_topic_takes_its_list_along(front: FrontPage) -> None:
    trade = make_topic()
    make_article(section=make_section(title="Europa"), topics=[trade])
    trade.delete()
    assert not Listing.objects.filter(name__startswith="topic/").exists()
    assert relist_all() == 1


def test_lists_are_made_anew_from_the_console(front: FrontPage, capsys: object) -> None:
    make_article(section=make_section(title="Europa"))
    before = set(Listing.objects.values_list("name", flat=True))
    Listing.objects.all().delete()
    call_command("relist")
    assert set(Listing.objects.values_list("name", flat=True)) == before
