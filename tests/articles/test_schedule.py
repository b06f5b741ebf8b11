"""Articles appear and disappear at their time."""

from datetime import timedelta

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from freiblatt.articles.actions import publish_due, relist_all
from freiblatt.articles.models import ArticlePage, FrontPage, Listing
from freiblatt.jobs import schedules
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
