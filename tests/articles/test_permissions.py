"""An author writes and edits the own articles, and puts nothing before readers; others' work is others'."""

import json

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, ReferenceIndex

from freiblatt.articles.actions import publish_article
from freiblatt.articles.models import ArticleDocument, ArticlePage, Byline, FrontPage, PlainPage, Recording, SectionPage
from freiblatt.articles.permissions import is_shown_to_readers
from freiblatt.newsroom import roles
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role
from tests.cast import make_member
from tests.factories import make_article, make_author, make_section
from tests.pictures import make_picture, picture_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def section(front: FrontPage) -> SectionPage:
    roles.sync()
    return make_section()


@pytest.fixture
def author(section: SectionPage) -> StaffMember:
    return make_member(Role.AUTHOR)


@pytest.fixture
def editor(section: SectionPage) -> StaffMember:
    return make_member(Role.EDITOR)


def signed_in(member: StaffMember) -> Client:
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


def as_known_now(member: StaffMember) -> StaffMember:
    """Return the member as the next request knows them."""
    return StaffMember.objects.get(pk=member.pk)


def may(member: StaffMember, page: Page) -> set[str]:
    """Return what `member` may do with `page`, in words."""
    permissions = Page.objects.get(pk=page.pk).permissions_for_user(as_known_now(member))
    verbs = ("edit", "delete", "publish", "unpublish", "move", "copy", "add_subpage", "lock")
    return {verb for verb in verbs if getattr(permissions, f"can_{verb}")()}


def test_author_may_edit_the_own_draft_and_not_publish_it(section, author):
    draft = make_article(section=section, is_published=False, owner=author)

    assert may(author, draft) == {"edit", "delete", "move", "copy", "lock"}


def test_author_may_go_on_editing_what_was_published_and_cannot_take_it_away(section, author):
    article = make_article(section=section, owner=author)

    assert may(author, article) == {"edit", "copy", "lock"}


def test_author_may_do_nothing_with_what_others_wrote(section, author, editor):
    assert may(author, make_article(section=section, owner=editor)) == set()
    assert may(author, make_article(section=section, title="Entwurf", is_published=False, owner=editor)) == set()


def test_editor_may_do_everything_with_articles(section, author, editor):
    article = make_article(section=section, owner=author)

    assert may(editor, article) == {"edit", "delete", "publish", "unpublish", "move", "copy", "lock"}


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ACCOUNTANT])
def test_others_have_no_articles(section, role):
    member = make_member(role)

    assert may(member, make_article(section=section, owner=member, is_published=False)) == set()
    assert may(member, section) == set()


def test_author_writes_in_sections_and_makes_no_other_pages(front, section, author):
    assert may(author, section) == {"add_subpage"}
    assert may(author, front) == set()
    for model in (SectionPage, PlainPage):
        address = reverse("wagtailadmin_pages:add", args=["articles", model._meta.model_name, front.pk])
        assert signed_in(author).get(address).status_code == 302


def test_pages_made_in_another_role_are_not_an_authors_own(front, author):
    plain = PlainPage(title="Impressum", slug="impressum", text="<p>Wir</p>", owner=author, live=False)
    front.add_child(instance=plain)

    assert may(author, plain) == set()
    assert may(author, make_section(title="Eigenes", owner=author)) == {"add_subpage"}


def test_who_a_byline_names_may_edit_and_not_take_away(section, author, editor):
    card = make_author(staff_member=author)
    article = make_article(section=section, owner=editor, authors=[card], is_published=False)

    assert may(author, article) == {"edit", "copy", "lock"}


def test_byline_of_a_draft_counts_as_long_as_the_draft_names_it(section, author, editor):
    card = make_author(staff_member=author)
    article = make_article(section=section, owner=editor)
    assert may(author, article) == set()

    article.bylines = [Byline(author=card)]
    article.save_revision(user=editor)
    assert may(author, article) == {"edit", "copy", "lock"}

    article.bylines = []
    article.save_revision(user=editor)
    assert may(author, article) == set()


def test_author_without_that_account_has_no_part_in_it(section, author, editor):
    other = make_member(Role.AUTHOR, email="other@example.org")
    article = make_article(section=section, owner=editor, authors=[make_author(staff_member=other)])

    assert may(author, article) == set()
    assert may(other, article) == {"edit", "copy", "lock"}


def test_byline_gives_a_moderator_nothing(section, editor):
    moderator = make_member(Role.MODERATOR)
    article = make_article(section=section, owner=editor, authors=[make_author(staff_member=moderator)])

    assert may(moderator, article) == set()


def test_list_of_articles_asks_for_bylines_once(section, author, django_assert_max_num_queries):
    card = make_author(staff_member=author)
    pages = [make_article(section=section, title=f"Artikel {number}", authors=[card]) for number in range(5)]
    member = as_known_now(author)
    pages[0].permissions_for_user(member).can_edit()

    with django_assert_max_num_queries(0):
        assert all(page.permissions_for_user(member).can_edit() for page in pages)


def test_author_who_sends_the_button_of_publishing_stores_a_draft(section, author):
    article = make_article(section=section, is_published=False, owner=author)
    client = signed_in(author)
    address = reverse("wagtailadmin_pages:edit", args=[article.pk])
    form = client.get(address).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields if name not in ("body", "topics", "comments")}
    for formset in form.formsets.values():
        fields |= {f"{formset.prefix}-{one}": 0 for one in ("TOTAL_FORMS", "INITIAL_FORMS")}

    client.post(address, {**fields, "title": "Neu", "body-count": 0, "action-publish": "1"})

    stored = ArticlePage.objects.get(pk=article.pk)
    assert stored.get_latest_revision_as_object().title == "Neu"
    assert not stored.live


@pytest.mark.parametrize("action", ["publish", "unpublish", "delete", "move"])
def test_author_changes_nothing_of_others_by_many_at_once(section, author, editor, action):
    elsewhere = make_section(title="Wirtschaft")
    published = make_article(section=section, title="Öffentlich", owner=editor)
    draft = make_article(section=section, title="Entwurf", owner=editor, is_published=False)
    own = make_article(section=section, title="Eigener", owner=author)
    before = list(Page.objects.order_by("pk").values_list("pk", "live", "path"))
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])

    signed_in(author).post(
        f"{address}?id={published.pk}&id={draft.pk}&id={own.pk}&next=/admin/", {"chooser": elsewhere.pk}
    )

    assert list(Page.objects.order_by("pk").values_list("pk", "live", "path")) == before


def test_copy_of_an_author_is_a_draft(section, author):
    article = make_article(section=section, owner=author)

    signed_in(author).post(
        reverse("wagtailadmin_pages:copy", args=[article.pk]),
        {"new_title": "Kopie", "new_slug": "kopie", "new_parent_page": section.pk, "publish_copies": "on"},
    )

    copy = ArticlePage.objects.get(slug="kopie")
    assert (copy.live, copy.owner) == (False, author)


def file_of(kind: str, member: StaffMember | None):
    if kind == "picture":
        made = make_picture(content=picture_bytes(width=40, height=30))
    elif kind == "document":
        made = ArticleDocument.objects.create(title="Akte", file=ContentFile(b"%PDF-1.4 %%EOF", "akte.pdf"))
    else:
        sound = ContentFile(b"RIFF", "ton.wav")
        made = Recording.objects.create(title="Ton", type="audio", credit="Rosa", duration=1, file=sound)
    made.uploaded_by_user = member
    made.save()
    return made


def block_of(kind: str, made) -> tuple:
    if kind == "picture":
        return "picture", {"picture": made, "alt": "Hafen"}
    return kind, {kind: made}


DOORS = {
    "picture": ("wagtailimages:edit", "wagtailimages:delete"),
    "document": ("wagtaildocs:edit", "wagtaildocs:delete"),
    "recording": ("wagtailmedia:edit", "wagtailmedia:delete"),
}


@pytest.mark.parametrize("kind", DOORS)
def test_file_is_its_uploaders_until_readers_see_it(section, author, editor, kind):
    made = file_of(kind, author)
    article = make_article(section=section, is_published=False, body=[block_of(kind, made)])
    ReferenceIndex.create_or_update_for_object(article)
    for door in DOORS[kind]:
        assert signed_in(author).get(reverse(door, args=[made.pk])).status_code == 200

    publish_article(article=article)
    ReferenceIndex.create_or_update_for_object(ArticlePage.objects.get(pk=article.pk))

    for door in DOORS[kind]:
        assert signed_in(author).get(reverse(door, args=[made.pk])).status_code == 302
        assert signed_in(author).post(reverse(door, args=[made.pk]), {"title": "Neu"}).status_code == 302
        assert signed_in(editor).get(reverse(door, args=[made.pk])).status_code == 200
    assert type(made).objects.get(pk=made.pk).title == made.title


@pytest.mark.parametrize("kind", DOORS)
def test_file_of_others_is_chosen_and_not_changed(section, author, editor, kind):
    made = file_of(kind, editor)

    for door in DOORS[kind]:
        assert signed_in(author).get(reverse(door, args=[made.pk])).status_code == 302


def test_portrait_of_an_author_page_is_shown_to_readers(section, author):
    portrait = file_of("picture", author)
    assert not is_shown_to_readers(portrait)

    card = make_author(portrait=portrait)
    ReferenceIndex.create_or_update_for_object(card)

    assert is_shown_to_readers(portrait)


def test_many_own_files_at_once_are_not_deleted_from_before_readers(section, author):
    shown, unused = file_of("picture", author), file_of("picture", author)
    ReferenceIndex.create_or_update_for_object(make_author(portrait=shown))
    address = reverse("wagtail_bulk_action", args=["articles", "picture", "delete"])

    signed_in(author).post(f"{address}?id={shown.pk}&id={unused.pk}&next=/admin/")

    assert type(shown).objects.filter(pk__in=[shown.pk, unused.pk]).values_list("pk", flat=True).get() == shown.pk


@pytest.mark.parametrize(("role", "status"), [(Role.AUTHOR, 200), (Role.EDITOR, 200), (Role.MODERATOR, 404)])
def test_document_of_a_draft_is_for_those_who_work_with_documents(section, role, status):
    document = file_of("document", None)

    assert signed_in(make_member(role)).get(document.url).status_code == status


def test_admins_own_interface_lists_no_pages_to_those_without(section):
    make_article(section=section, title="Geheimer Entwurf", is_published=False)

    answer = signed_in(make_member(Role.MODERATOR)).get("/admin/api/main/pages/?fields=title")
    assert answer.status_code == 302
    answer = signed_in(make_member(Role.AUTHOR)).get("/admin/api/main/pages/?fields=title")
    assert "Geheimer Entwurf" in json.dumps(answer.json())
