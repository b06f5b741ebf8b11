"""Somebody without an account reads a draft by a link that ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from freiblatt.articles.actions import publish_article, revoke_share, share_draft, write_article
from freiblatt.articles.models import ArticleDocument, ArticlePage, FrontPage, Picture, Recording, SharedDraft
from freiblatt.lib import limits
from freiblatt.newsroom.roles import Role, sync
from tests.articles.test_checking import desk_of
from tests.cast import make_member, make_owner
from tests.factories import make_section
from tests.pictures import make_picture


@pytest.fixture(autouse=True)
def _free() -> None:
    limits.start_over()


@pytest.fixture
def picture(front: FrontPage) -> Picture:
    return make_picture(title="Hafenbecken")


@pytest.fixture
def document(front: FrontPage) -> ArticleDocument:
    return ArticleDocument.objects.create(title="Vertrag", file=ContentFile(b"%PDF-1.4 Vertrag", name="vertrag.pdf"))


@pytest.fixture
def article(picture: Picture, document: ArticleDocument) -> ArticlePage:
    recording = Recording.objects.create(
        title="Mitschnitt", type="audio", credit="R. Winter", file=ContentFile(b"ID3" + bytes(997), name="ton.mp3")
    )
    return write_article(
        section=make_section(title="Europa"),
        title="Ein Hafen wird verkauft",
        lead_picture=picture,
        lead_alt="Ein Becken",
        body=[
            ("text", f'<p>Der <a linktype="document" id="{document.pk}">Vertrag</a>.</p>'),
            ("recording", {"recording": recording, "caption": "Mitschnitt"}),
        ],
    )


def share(article: ArticlePage, **kwargs: Any) -> tuple[SharedDraft, str]:
    made, token = share_draft(article=article, for_whom="Dr. Petra Lang", by=None, **kwargs)
    return made, f"/-/draft/{token}/"


def test_lawyer_reads_the_draft_with_all_that_belongs_to_it(
    article: ArticlePage, document: ArticleDocument, client: Client
) -> None:
    made, address = share(article)
    page = client.get(address)
    html = page.content.decode()
    assert page.status_code == 200
    assert "<strong>Entwurf, nicht veröffentlicht.</strong> Für Dr. Petra Lang, bis " in html
    assert '<html lang="de">' in html
    assert "Ein Hafen wird verkauft" in html
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex">' in html
    assert "canonical" not in html
    assert not hasattr(page, "store_keys")
    assert not page.cookies
    files = article.lead_picture.public_files
    recording = Recording.objects.get()
    for file in [*(one.file for one in files), recording.file]:
        assert file.url not in html
        shown = f"{address}file/{file.name}"
        assert shown in html
        answer = client.get(shown)
        with file.open("rb") as stored:
            assert answer.getvalue() == stored.read()
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    inside = f"{address}document/{document.pk}/{document.filename}"
    assert f'href="{inside}"' in html
    assert client.get(inside).getvalue() == b"%PDF-1.4 Vertrag"
    assert client.get(document.url).status_code == 404
    assert SharedDraft.objects.get(pk=made.pk).opened_count == 1


def test_player_jumps_in_a_recording(article: ArticlePage, client: Client) -> None:
    _made, address = share(article)
    name = Recording.objects.get().file.name
    part = client.get(f"{address}file/{name}", headers={"Range": "bytes=1-2"})
    assert (part.status_code, part.getvalue(), part.headers["Content-Range"]) == (206, b"D3", "bytes 1-2/1000")
    rest = client.get(f"{address}file/{name}", headers={"Range": "bytes=990-"})
    assert (rest.status_code, len(rest.getvalue())) == (206, 10)
    for odd in ("bytes=2000-", "bytes=-5", "bytes=5-2", "lines=1-2"):
        assert client.get(f"{address}file/{name}", headers={"Range": odd}).status_code == 200


def test_link_shows_nothing_but_what_the_draft_shows(article: ArticlePage, client: Client) -> None:
    _made, address = share(article)
    other = ArticleDocument.objects.create(title="Geheim", file=ContentFile(b"%PDF-1.4", name="geheim.pdf"))
    elsewhere = make_picture(title="Anderes")
    assert client.get(f"{address}document/{other.pk}/{other.filename}").status_code == 404
    assert client.get(f"{address}file/{elsewhere.public_files[0].file.name}").status_code == 404
    assert client.get(f"{address}file/{elsewhere.file.name}").status_code == 404
    assert client.get(f"{address}file/../../freiblatt.toml").status_code == 404


def test_link_follows_the_draft_or_stays_with_its_version(article: ArticlePage, client: Client) -> None:
    _made, latest = share(article)
    _fixed, fixed = share(article, is_fixed=True)
    draft = article.get_latest_revision_as_object()
    draft.title = "Der Hafen ist verkauft"
    # Written over in place, as the editor does while somebody types.
    draft.save_revision(overwrite_revision=draft.get_latest_revision())
    assert "Der Hafen ist verkauft" in client.get(latest).content.decode()
    assert "Ein Hafen wird verkauft" in client.get(fixed).content.decode()
    publish_article(article=article)
    assert "Ein Hafen wird verkauft" in client.get(fixed).content.decode()


def test_link_ends_by_time(article: ArticlePage, document: ArticleDocument, client: Client) -> None:
    made, address = share(article)
    file = f"{address}file/{article.lead_picture.public_files[0].file.name}"
    assert client.get(file).status_code == 200
    SharedDraft.objects.filter(pk=made.pk).update(expires_on=timezone.now())
    ended = client.get(address)
    assert ended.status_code == 410
    assert "Dieser Link gilt nicht mehr." in ended.content.decode()
    assert "Hafen" not in ended.content.decode()
    assert ended.headers["Cache-Control"] == "private, no-store"
    assert client.get(file).status_code == 404
    assert client.get(f"{address}document/{document.pk}/{document.filename}").status_code == 404
    assert SharedDraft.objects.get().opened_count == 0


def test_link_is_taken_back(article: ArticlePage, client: Client) -> None:
    made, address = share(article)
    revoke_share(share=made, by=None)
    first = SharedDraft.objects.get().revoked_on
    revoke_share(share=made, by=None)
    assert SharedDraft.objects.get().revoked_on == first
    ended = client.get(address)
    assert (ended.status_code, "Die Redaktion hat ihn zurückgenommen." in ended.content.decode()) == (410, True)


def test_token_that_nobody_was_given_finds_nothing(article: ArticlePage, client: Client) -> None:
    made, address = share(article)
    for token in (made.token_hash, "x", address.split("/")[3][:-1], "ä" * 40):
        assert client.get(f"/-/draft/{token}/").status_code == 404
    assert client.post(address).status_code == 405


def test_token_is_stored_nowhere(article: ArticlePage) -> None:
    made, address = share(article)
    token = address.split("/")[3]
    made.refresh_from_db()
    assert token not in repr(vars(made))
    assert len(token) >= 32


def test_whoever_tries_tokens_has_to_wait(article: ArticlePage, client: Client) -> None:
    _made, address = share(article)
    # The limit refills while the answers are made, so it takes some more than it allows.
    answers = [client.get("/-/draft/geraten/").status_code for _attempt in range(60)]
    assert answers == [404] * 60
    assert 429 in (client.get("/-/draft/geraten/").status_code for _attempt in range(600))
    waiting = client.get(address)
    assert waiting.status_code == 429
    assert int(waiting.headers["Retry-After"]) >= 1


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"for_whom": "  "}, "Say for whom"),
        ({"for_whom": "x" * 121}, "Say for whom"),
        ({"for_whom": "P", "valid_for": timedelta()}, "an hour at least"),
        ({"for_whom": "P", "valid_for": timedelta(days=91)}, "90 days at most"),
    ],
)
def test_link_needs_a_name_and_an_end(article: ArticlePage, fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        share_draft(article=article, by=None, **fields)
    assert not SharedDraft.objects.exists()


def test_english_article_is_shared_in_english(front: FrontPage, client: Client) -> None:
    article = write_article(section=make_section(title="Europe", language="en"), title="A port is sold")
    _made, address = share(article)
    html = client.get(address).content.decode()
    assert '<html lang="en">' in html
    assert "<strong>Draft, not published.</strong> For Dr. Petra Lang, until " in html


@pytest.mark.usefixtures("plain_static", "in_english")
def test_editor_makes_lists_and_takes_back_links(article: ArticlePage, client: Client) -> None:
    desk = desk_of(make_owner())
    screen = reverse("articles_shares", args=[article.pk])
    assert "Share a draft" in desk.get(reverse("wagtailadmin_pages:edit", args=[article.pk])).content.decode()
    made = desk.post(screen, {"for_whom": "Dr. Petra Lang", "hours": "72", "is_fixed": "fixed"})
    address = made.context["address"]
    assert address.startswith("http://testserver/-/draft/")
    assert client.get(address.removeprefix("http://testserver")).status_code == 200
    share = SharedDraft.objects.get()
    assert share.is_fixed
    assert timedelta(hours=71) < share.expires_on - timezone.now() <= timedelta(hours=72)
    listed = desk.get(screen).content.decode()
    assert address not in listed
    assert "Dr. Petra Lang" in listed
    assert "1 time" in listed
    desk.post(reverse("articles_revoke_share", args=[article.pk, share.pk]))
    assert client.get(address.removeprefix("http://testserver")).status_code == 410
    assert "Taken back on" in desk.get(screen).content.decode()
    history = desk.get(reverse("wagtailadmin_pages:history", args=[article.pk])).content.decode()
    assert "Made a link to the draft for Dr. Petra Lang" in history
    assert "Took back the link to the draft for Dr. Petra Lang" in history


@pytest.mark.usefixtures("plain_static", "in_english")
def test_only_who_may_edit_may_share(article: ArticlePage) -> None:
    sync()
    author = make_member(Role.AUTHOR)
    screen = reverse("articles_shares", args=[article.pk])
    refused = desk_of(author).post(screen, {"for_whom": "Ich", "hours": "72", "is_fixed": "latest"})
    assert refused.status_code == 302
    assert not SharedDraft.objects.exists()
    ArticlePage.objects.update(owner=author)
    desk_of(author).post(screen, {"for_whom": "Ich", "hours": "72", "is_fixed": "latest"})
    assert SharedDraft.objects.get().made_by == author
