"""Any two versions of an article are compared, whatever stands in them; and nobody's words are written over unseen."""

import copy
import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from wagtail.models import Revision

from freiblatt.articles.actions import write_article
from freiblatt.articles.models import ArticleDocument, ArticlePage, FrontPage, Recording
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role, sync
from tests.articles.test_checking import desk_of
from tests.articles.test_desk import form_of
from tests.cast import make_member, make_owner
from tests.factories import make_author, make_section, make_topic
from tests.pictures import make_picture

pytestmark = pytest.mark.usefixtures("plain_static", "in_english")


@pytest.fixture
def owner(front: FrontPage) -> StaffMember:
    return make_owner()


def body_of_everything() -> list[dict[str, Any]]:
    """Return one block of each kind as a revision stores it; every text says "alt" somewhere."""
    picture = make_picture(title="Hafenbecken")
    recording = Recording.objects.create(
        title="Ton", type="audio", credit="R. Winter", file=ContentFile(b"ID3", name="ton.mp3")
    )
    document = ArticleDocument.objects.create(title="Vertrag", file=ContentFile(b"%PDF-1.4", name="vertrag.pdf"))
    in_place = {"picture": picture.pk, "caption": "Becken, alt", "alt": "Ein Becken", "is_decorative": False}
    values: dict[str, Any] = {
        "text": "<p>Erster alt.</p><p>Zweiter.</p>",
        "picture": {**in_place, "width": "text"},
        "gallery": {"title": "Galerie alt", "pictures": [{"type": "item", "value": in_place, "id": "1"}]},
        "quotation": {"text": "Gesagt, alt", "speaker": "Karl", "original": "Said", "original_language": "en"},
        "infobox": {"title": "Kasten alt", "text": "<p>Darin.</p>"},
        "table": {"caption": "Tafel alt", "first_column_is_header": True, "table": {"columns": [], "rows": []}},
        "document": {"document": document.pk, "title": "Vertrag alt", "note": ""},
        "recording": {"recording": recording.pk, "caption": "Ton alt"},
        "embed": {"url": "https://www.youtube.com/watch?v=abc", "title": "Film alt"},
        "foreign_text": {"language": "fr", "text": "<p>Mot alt.</p>"},
        "divider": None,
    }
    return [{"type": kind, "value": value, "id": f"id-{kind}"} for kind, value in values.items()]


def shown(desk: Client, article: ArticlePage, first: Revision, second: Revision) -> str:
    answer = desk.get(reverse("wagtailadmin_pages:revisions_compare", args=[article.pk, first.pk, second.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_kind_of_block_is_compared_in_words(owner: StaffMember) -> None:
    article = write_article(section=make_section(title="Europa"), title="Ein Hafen wird verkauft")
    page = article.get_latest_revision_as_object()
    before = body_of_everything()
    page.body = json.dumps(before)
    first = page.save_revision(clean=False)
    after = json.loads(json.dumps(copy.deepcopy(before)).replace(" alt", " neu"))
    after[1]["value"]["width"] = "wide"
    after[1]["value"]["is_decorative"] = True
    page = ArticlePage.objects.get().get_latest_revision_as_object()
    page.body = json.dumps(after)
    second = page.save_revision(clean=False)
    html = shown(desk_of(owner), article, first, second)
    # Ten kinds with words, of which the gallery has two.
    assert html.count('<span class="deletion">alt') == html.count('<span class="addition">neu') == 11
    words = strip_tags(html)
    assert "None" not in words
    assert "True" not in words
    assert "Erster" in words
    assert ".Zweiter" not in words
    assert "French" in words


def test_people_topics_and_pictures_are_compared(owner: StaffMember) -> None:
    section = make_section(title="Europa")
    rosa, karl, trade = make_author(), make_author(name="Karl Mohr"), make_topic()
    old, new = make_picture(title="Altes Bild"), make_picture(title="Neues Bild")
    common = {"section": section, "title": "Ein Hafen wird verkauft", "lead_alt": "Ein Becken"}
    article = write_article(**common, bylines=[(rosa, "text")], lead_picture=old)
    first = article.get_latest_revision()
    write_article(**common, article=article, bylines=[(karl, "photo")], topics=[trade], lead_picture=new)
    second = ArticlePage.objects.get().get_latest_revision()
    words = strip_tags(shown(desk_of(owner), article, first, second))
    for word in ("Rosa Winter", "Karl Mohr", "Photos", "Handel"):
        assert word in words
    html = shown(desk_of(owner), article, first, second)
    assert html.count("comparison--revision") + html.count("/admin/pictures/renditions/") >= 2


def test_any_two_versions_are_chosen(owner: StaffMember) -> None:
    section = make_section(title="Europa")
    article = write_article(section=section, title="Erste", slug="hafen")
    for title in ("Zweite", "Dritte"):
        write_article(section=section, article=article, title=title, slug="hafen")
    first, _second, third = ArticlePage.objects.get().revisions.order_by("pk")
    desk = desk_of(owner)
    screen = reverse("articles_versions", args=[article.pk])
    assert "Compare versions" in desk.get(reverse("wagtailadmin_pages:edit", args=[article.pk])).content.decode()
    assert len(desk.get(screen).context["versions"]) == 3
    chosen = desk.get(screen, {"a": third.pk, "b": first.pk})
    compared = reverse("wagtailadmin_pages:revisions_compare", args=[article.pk, first.pk, third.pk])
    assert chosen.headers["Location"] == compared
    assert "Choose two different versions." in desk.get(screen, {"a": first.pk, "b": first.pk}).content.decode()
    for odd in ({"a": "x", "b": "9" * 30}, {"a": first.pk, "b": 999_999}):
        assert desk.get(screen, odd).status_code == 200


def test_version_chosen_on_another_screen_of_the_list_stays_at_hand(
    owner: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("freiblatt.articles.desk_versions.VERSIONS_SHOWN", 2)
    section = make_section(title="Europa")
    article = write_article(section=section, title="Fassung 0", slug="hafen")
    for number in range(1, 6):
        write_article(section=section, article=article, title=f"Fassung {number}", slug="hafen")
    newest = ArticlePage.objects.get().get_latest_revision()
    desk = desk_of(owner)
    screen = reverse("articles_versions", args=[article.pk])
    older = desk.get(screen, {"a": newest.pk, "b": newest.pk, "p": 3})
    assert [one.object_str for one in older.context["versions"]] == ["Fassung 5", "Fassung 1", "Fassung 0"]
    assert older.context["one"] == newest.pk


def test_versions_are_for_those_who_may_edit(owner: StaffMember) -> None:
    sync()
    article = write_article(section=make_section(title="Europa"), title="Ein Hafen wird verkauft", by=owner)
    screen = reverse("articles_versions", args=[article.pk])
    assert desk_of(make_member(Role.AUTHOR)).get(screen).status_code == 302
    assert desk_of(make_member(Role.EDITOR)).get(screen).status_code == 200
    assert Client().get(screen).status_code == 302


def test_newer_version_is_not_written_over_by_what_saves_itself(owner: StaffMember) -> None:
    section = make_section(title="Europa")
    article = write_article(section=section, title="Ein Hafen wird verkauft", by=owner)
    loaded = article.get_latest_revision()
    write_article(section=section, article=article, title="Der Hafen ist verkauft", by=owner)
    sent = {
        **form_of(title="Ein Hafen?"),
        "loaded_revision_id": loaded.pk,
        "loaded_revision_created_at": loaded.created_at.isoformat(),
    }
    address = reverse("wagtailadmin_pages:edit", args=[article.pk])
    answer = desk_of(owner).post(address, sent, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "invalid_revision"
    assert ArticlePage.objects.get().get_latest_revision_as_object().title == "Der Hafen ist verkauft"


def test_lock_is_broken_by_an_editor_and_kept_from_others(owner: StaffMember) -> None:
    sync()
    editor, other = make_member(Role.EDITOR), make_member(Role.EDITOR, email="other@example.org")
    article = write_article(section=make_section(title="Europa"), title="Ein Hafen wird verkauft", by=editor)
    address = reverse("wagtailadmin_pages:edit", args=[article.pk])
    desk_of(editor).post(reverse("wagtailadmin_pages:lock", args=[article.pk]))
    assert ArticlePage.objects.get().locked_by == editor
    refused = desk_of(other).post(address, form_of(title="Anders"))
    assert "could not be saved as it is locked" in refused.content.decode()
    assert str(editor) in desk_of(other).get(address).content.decode()
    desk_of(other).post(reverse("wagtailadmin_pages:unlock", args=[article.pk]))
    assert not ArticlePage.objects.get().locked
    assert desk_of(other).post(address, form_of(title="Anders")).status_code == 302


def test_author_locks_the_own_article_and_no_other(owner: StaffMember) -> None:
    sync()
    author = make_member(Role.AUTHOR)
    section = make_section(title="Europa")
    own = write_article(section=section, title="Ein Hafen wird verkauft", by=author)
    others = write_article(section=section, title="Ein Kran fällt um", by=owner)
    desk = desk_of(author)
    for article in (own, others):
        desk.post(reverse("wagtailadmin_pages:lock", args=[article.pk]))
    assert list(ArticlePage.objects.filter(locked=True)) == [own]
    desk.post(reverse("wagtailadmin_pages:unlock", args=[own.pk]))
    assert not ArticlePage.objects.filter(locked=True).exists()
