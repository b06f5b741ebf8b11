"""An editor writes, illustrates and publishes in the admin."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield
from wagtail.users.models import UserProfile

from freiblatt.articles.models import ArticlePage, Author, FrontPage, PlainPage, SectionPage, Topic
from tests.cast import make_owner
from tests.factories import make_article, make_author, make_section, make_topic
from tests.pictures import make_picture


@pytest.fixture
def desk(front: FrontPage, client: Client) -> Client:
    owner = make_owner()
    UserProfile.objects.create(user=owner, preferred_language="en")
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def form_of(**fields: Any) -> dict[str, Any]:
    """Return what the editor's browser sends for an article."""
    return nested_form_data(
        {
            "title": "Ein Hafen wird verkauft",
            "slug": "ein-hafen-wird-verkauft",
            "kicker": "",
            "standfirst": "",
            "lead_picture": "",
            "lead_caption": "",
            "lead_alt": "",
            "published_on": "",
            "updated_on": "",
            "published_time_is_known": "on",
            "seo_title": "",
            "search_description": "",
            "go_live_at": "",
            "expire_at": "",
            "bylines": inline_formset([]),
            "comments": inline_formset([]),
            "body": streamfield([("text", rich_text("<p>Der Käufer schweigt.</p>"))]),
            **fields,
        }
    )


def errors_of(response: Any) -> dict[str, list[str]]:
    with translation.override("en"):
        return {field: list(errors) for field, errors in response.context["form"].errors.items()}


def test_editor_writes_and_publishes_an_article(desk: Client) -> None:
    section, rosa, trade = make_section(title="Europa"), make_author(), make_topic()
    response = desk.post(
        reverse("wagtailadmin_pages:add", args=["articles", "articlepage", section.pk]),
        {
            **form_of(
                bylines=inline_formset([{"author": rosa.pk, "role": "text", "ORDER": 1}]),
                kicker="Schifffahrt",
            ),
            "topics": [trade.pk],
            "action-publish": "1",
        },
    )
    assert response.status_code == 302
    article = ArticlePage.objects.get()
    assert article.live
    assert article.section == section
    assert article.published_on is not None
    page = desk.get(article.url)
    (group,) = page.context["byline_groups"]
    assert (group.role, [author.name for author in group.authors]) == ("text", ["Rosa Winter"])
    assert "Der Käufer schweigt." in page.content.decode()


def test_lead_picture_without_description_is_refused_with_a_sentence(desk: Client) -> None:
    section, picture = make_section(title="Europa"), make_picture(description="")
    address = reverse("wagtailadmin_pages:add", args=["articles", "articlepage", section.pk])
    refused = desk.post(address, {**form_of(lead_picture=picture.pk), "action-publish": "1"})
    assert errors_of(refused) == {
        "lead_alt": ["Describe the lead picture for those who do not see it, or say that it is decorative."]
    }
    desk.post(address, form_of(lead_picture=picture.pk))
    draft = ArticlePage.objects.get()
    assert not draft.live
    edit = reverse("wagtailadmin_pages:edit", args=[draft.pk])
    desk.post(edit, {**form_of(lead_picture=picture.pk, lead_is_decorative="on"), "action-publish": "1"})
    assert ArticlePage.objects.get().live


def test_date_in_the_future_is_refused(desk: Client) -> None:
    section = make_section(title="Europa")
    address = reverse("wagtailadmin_pages:add", args=["articles", "articlepage", section.pk])
    refused = desk.post(address, {**form_of(published_on="2999-01-01 10:00"), "action-publish": "1"})
    assert errors_of(refused) == {
        "published_on": ["This date lies in the future. To publish later, set a schedule; the date follows it."]
    }


def test_date_of_publication_is_kept_and_may_be_changed(desk: Client) -> None:
    article = make_article(section=make_section(title="Europa"))
    edit = reverse("wagtailadmin_pages:edit", args=[article.pk])
    desk.post(edit, {**form_of(published_on="2025-08-13 09:40"), "action-publish": "1"})
    changed = ArticlePage.objects.get()
    assert changed.published_on.isoformat() == "2025-08-13T07:40:00+00:00"
    desk.post(edit, {**form_of(published_on="2025-08-13 09:40", kicker="Neu"), "action-publish": "1"})
    assert ArticlePage.objects.get().published_on == changed.published_on


def test_preview_shows_the_draft_and_is_never_kept(desk: Client) -> None:
    article = make_article(section=make_section(title="Europa"))
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[article.pk])
    desk.post(address, form_of(title="Noch nicht so", body=streamfield([("text", rich_text("<p>Entwurf.</p>"))])))
    preview = desk.get(address)
    assert preview.status_code == 200
    assert "Noch nicht so" in preview.content.decode()
    assert not hasattr(preview, "store_keys")
    assert "frame-ancestors 'self'" in preview.headers["Content-Security-Policy"]


@pytest.mark.parametrize("model", [ArticlePage, SectionPage, PlainPage])
def test_screens_for_a_new_page_open(desk: Client, model: type[Page]) -> None:
    parent = make_section(title="Europa") if model is ArticlePage else FrontPage.objects.get(locale__language_code="de")
    address = reverse("wagtailadmin_pages:add", args=["articles", model._meta.model_name, parent.pk])
    assert desk.get(address).status_code == 200


def test_page_types_stand_only_where_they_make_sense(desk: Client) -> None:
    front = FrontPage.objects.get(locale__language_code="de")
    section = make_section(title="Europa")
    assert set(FrontPage.allowed_subpage_models()) == {SectionPage, PlainPage}
    assert SectionPage.allowed_subpage_models() == [ArticlePage]
    assert ArticlePage.allowed_subpage_models() == []
    assert not FrontPage.can_create_at(front)
    assert not ArticlePage.can_create_at(front)
    assert not SectionPage.can_create_at(section)


@pytest.mark.parametrize("model", [Author, Topic])
def test_authors_and_topics_are_listed_and_made(desk: Client, model: type) -> None:
    views = model.snippet_viewset
    assert desk.get(reverse(views.get_url_name("list"))).status_code == 200
    assert desk.get(reverse(views.get_url_name("add"))).status_code == 200


@pytest.mark.parametrize("action", ["delete", "unpublish", "move", "copy"])
def test_front_page_cannot_be_taken_away(desk: Client, action: str) -> None:
    front = FrontPage.objects.get(locale__language_code="de")
    desk.post(reverse(f"wagtailadmin_pages:{action}", args=[front.pk]))
    assert FrontPage.objects.get(pk=front.pk).live
    assert not front.permissions_for_user(desk.get("/admin/").wsgi_request.user).can_delete()


def test_desk_puts_an_article_on_the_front_page(desk: Client) -> None:
    front = FrontPage.objects.get(locale__language_code="de")
    article = make_article(section=make_section(title="Europa"))
    address = reverse("wagtailadmin_pages:edit", args=[front.pk])
    assert desk.get(address).status_code == 200
    slot = {"article": article.pk, "size": "lead", "headline": "Größer", "ORDER": 1}
    fields = {"title": "Testblatt", "slug": front.slug, "seo_title": "", "search_description": ""}
    response = desk.post(
        address, {**nested_form_data({**fields, "slots": inline_formset([slot])}), "action-publish": "1"}
    )
    assert response.status_code == 302
    assert Client().get("/").context["lead"].headline == "Größer"


def test_second_lead_is_refused_at_its_slot_and_nothing_is_lost(desk: Client) -> None:
    front = FrontPage.objects.get(locale__language_code="de")
    section = make_section(title="Europa")
    first, second, third = (make_article(section=section, title=title) for title in ("Kai", "Kran", "Klappe"))
    address = reverse("wagtailadmin_pages:edit", args=[front.pk])
    fields = {"title": "Testblatt", "slug": front.slug, "seo_title": "", "search_description": ""}

    def send(*slots: tuple[ArticlePage, str, int], **more: str) -> Any:
        rows = [
            {"article": article.pk, "size": size, "headline": f"Groß: {article.title}", "ORDER": order}
            for article, size, order in slots
        ]
        return desk.post(address, {**nested_form_data({**fields, "slots": inline_formset(rows)}), **more})

    # As the desk sees them: the third stands on top, so it leads and the first is one too many.
    for action in ({}, {"action-publish": "1"}):
        refused = send((first, "lead", 2), (second, "second", 3), (third, "lead", 1), **action)
        slots = refused.context["form"].formsets["slots"].forms
        with translation.override("en"):
            assert [list(slot.errors.get("size", [])) for slot in slots[:3]] == [
                ["Only one article can lead. Choose another size here, or for the lead above."],
                [],
                [],
            ]
        html = refused.content.decode()
        assert "Only one article can lead." in html
        assert all(f'value="Groß: {title}"' in html for title in ("Kai", "Kran", "Klappe"))
    assert front.slots.count() == 0

    taken = {"slots-0-DELETE": "1", "action-publish": "1"}
    assert send((first, "lead", 2), (second, "second", 3), (third, "lead", 1), **taken).status_code == 302
    assert [(slot.article, slot.size) for slot in front.slots.all()] == [(third, "lead"), (second, "second")]


def test_editor_translates_an_article(desk: Client) -> None:
    europe = make_section(title="Europa")
    trade = make_topic()
    english = trade.copy_for_translation(FrontPage.objects.get(locale__language_code="en").locale)
    english.name, english.slug = "Trade", "trade"
    english.save()
    europe.copy_for_translation(english.locale)
    article = make_article(section=europe, topics=[trade], authors=[make_author()], kicker="Hafen")
    locale = english.locale
    address = reverse("simple_translation:submit_page_translation", args=[article.pk])
    assert desk.get(address).status_code == 200
    response = desk.post(address, {"locales": [locale.pk], "include_subtree": ""})
    assert response.status_code == 302
    copy = ArticlePage.objects.get(locale=locale)
    assert (copy.live, copy.published_on, copy.kicker) == (False, None, "Hafen")
    assert copy.translation_key == article.translation_key
    assert [topic.name for topic in copy.get_latest_revision_as_object().topics.all()] == ["Trade"]
    assert [byline.author.name for byline in copy.bylines.all()] == ["Rosa Winter"]


def test_signing_in_speaks_of_the_newsroom(front: FrontPage, client: Client) -> None:
    html = client.get(reverse("wagtailadmin_login")).content.decode()
    assert "Wagtail" not in html.split("<body", 1)[1].split("<script", 1)[0]


@pytest.mark.parametrize("mode", ["", "light", "dark"])
def test_preview_is_shown_in_the_chosen_colours(desk: Client, mode: str) -> None:
    article = make_article(section=make_section(title="Europa"))
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[article.pk])
    desk.post(address, form_of())
    preview = desk.get(address, {"mode": mode})
    assert "no-store" in preview.headers["Cache-Control"]
    html = preview.content.decode()
    assert html.count("data-scheme") == (1 if mode else 0)
    assert f'<html data-scheme="{mode}"' in html or not mode


def test_first_preview_of_a_new_article_is_shown(desk: Client) -> None:
    section = make_section(title="Europa")
    address = reverse("wagtailadmin_pages:preview_on_add", args=["articles", "articlepage", section.pk])
    desk.post(address, form_of(title="Noch nie gespeichert"))
    preview = desk.get(address)
    assert preview.status_code == 200
    assert "Noch nie gespeichert" in preview.content.decode()


def test_a_headline_is_one_line_though_its_field_is_as_high_as_it_needs(desk: Client) -> None:
    article = make_article(section=make_section())
    edit = reverse("wagtailadmin_pages:edit", args=[article.pk])
    field = desk.get(edit).context["form"]["title"]
    assert 'data-controller="w-autosize w-sync"' in str(field)
    assert 'maxlength="255"' in str(field)

    desk.post(edit, form_of(title="Ein Hafen\r\nwird verkauft\n"))

    assert article.get_latest_revision_as_object().title == "Ein Hafen wird verkauft"


def test_english_speaks_of_a_check_and_not_of_moderation(desk: Client) -> None:
    article = make_article(section=make_section(), title="Ein Hafen", is_published=False)
    edit = reverse("wagtailadmin_pages:edit", args=[article.pk])

    answer = desk.post(edit, {**form_of(title="Ein Hafen"), "action-submit": "1"}, follow=True)

    said = [str(message) for message in answer.context["messages"]]
    assert len(said) == 1
    assert "“Ein Hafen” is submitted: a second person checks it before it is published." in said[0]


@pytest.mark.parametrize(("language", "name"), [("en", "All pages"), ("de", "Alle Seiten")])
def test_the_root_of_all_pages_has_a_name_in_the_language_of_whoever_looks(
    desk: Client, language: str, name: str
) -> None:
    UserProfile.objects.update(preferred_language=language)
    other = {"All pages", "Alle Seiten"} - {name}
    for address in ("/admin/pages/", "/admin/pages/1/", "/admin/choose-page/"):
        shown = desk.get(address).content.decode()
        assert name in shown, address
        assert not [one for one in other if one in shown], address
