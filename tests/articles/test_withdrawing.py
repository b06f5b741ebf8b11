"""An article is taken back on purpose: everything of it goes, and comes back when it is published again."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageLogEntry

from freiblatt.articles.actions import (
    finish_withholding,
    make_picture_files,
    publish_article,
    share_draft,
    unpublish_article,
    withdraw_article,
    write_article,
)
from freiblatt.articles.actions.withdrawing import WithdrawalError, is_settled
from freiblatt.articles.models import (
    ArticleDocument,
    ArticlePage,
    FrontPage,
    Picture,
    Recording,
    SharedDraft,
    Withdrawal,
    WithheldFile,
)
from freiblatt.articles.signals import article_withdrawn
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role, sync
from tests.cast import make_member, make_owner
from tests.factories import make_author, make_section
from tests.pictures import make_picture

REASON = "Die Quelle hat uns getäuscht."
NOTICE = "Wir haben diesen Artikel zurückgezogen: Ein Dokument war gefälscht."


@pytest.fixture(autouse=True)
def _speak_english(in_english: None) -> None:
    """Actions answer whoever calls them in the language that is active."""


@pytest.fixture
def owner(front: FrontPage) -> StaffMember:
    return make_owner()


@pytest.fixture
def picture(front: FrontPage) -> Picture:
    return make_picture(title="Hafenbecken")


@pytest.fixture
def document(front: FrontPage) -> ArticleDocument:
    return ArticleDocument.objects.create(title="Vertrag", file=ContentFile(b"%PDF-1.4 Vertrag", name="vertrag.pdf"))


@pytest.fixture
def recording(front: FrontPage) -> Recording:
    return Recording.objects.create(
        title="Mitschnitt",
        type="audio",
        credit="R. Winter",
        file=ContentFile(b"ID3" + bytes(997), name="ton.mp3"),
        poster=make_picture(title="Standbild"),
    )


@pytest.fixture
def committing(django_capture_on_commit_callbacks: Any) -> Any:
    """Do what follows a commit as soon as the block ends."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def written(title: str, picture: Picture, body: list, **fields: Any) -> ArticlePage:
    return write_article(
        section=fields.pop("section", None) or make_section(title="Europa"),
        title=title,
        lead_picture=picture,
        lead_alt="Ein Becken",
        bylines=[(make_author(), "text")],
        body=body,
        **fields,
    )


@pytest.fixture
def article(picture: Picture, document: ArticleDocument, recording: Recording, committing: Any) -> ArticlePage:
    with committing():
        return publish_article(
            article=written(
                "Ein Hafen wird verkauft",
                picture,
                [
                    ("text", f'<p>Der <a linktype="document" id="{document.pk}">Vertrag</a>.</p>'),
                    ("recording", {"recording": recording, "caption": "Mitschnitt"}),
                ],
            )
        )


def public_paths(*things: Picture | Recording) -> list[Path]:
    names = []
    for thing in things:
        if isinstance(thing, Recording):
            names.append(thing.file.name)
        else:
            names += thing.files.values_list("file", flat=True)
    return [Path(settings.MEDIA_ROOT, name) for name in names]


def test_page_and_files_are_gone_and_say_so(
    article: ArticlePage,
    picture: Picture,
    document: ArticleDocument,
    recording: Recording,
    owner: StaffMember,
    client: Client,
    committing: Any,
) -> None:
    paths = public_paths(picture, recording, recording.poster)
    assert all(path.exists() for path in paths)
    assert client.get(document.url).status_code == 200
    with committing():
        withdrawal = withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True, notice=NOTICE)
    assert is_settled()
    assert not any(path.exists() for path in paths)
    page = client.get(article.url)
    html = page.content.decode()
    assert page.status_code == 410
    assert NOTICE in html
    assert "noindex" in html
    assert "application/ld+json" not in html
    assert "Ein Hafen" not in html
    assert REASON not in html
    assert client.get(document.url).status_code == 410
    assert NOTICE in client.get(document.url).content.decode()
    for path in paths:
        answer = client.get(f"/media/{path.relative_to(settings.MEDIA_ROOT)}")
        assert (answer.status_code, answer.content.decode()) == (410, f"{NOTICE}\n")
    assert client.get("/media/pictures/nie-da-gewesen.jpg").status_code == 404
    assert (withdrawal.reason, withdrawal.withdrawn_by) == (REASON, owner)
    entry = PageLogEntry.objects.get(action="articles.withdraw")
    assert (entry.user, entry.data["reason"]) == (owner, REASON)


def test_publishing_again_undoes_it(
    article: ArticlePage,
    picture: Picture,
    document: ArticleDocument,
    recording: Recording,
    owner: StaffMember,
    client: Client,
    committing: Any,
) -> None:
    paths = public_paths(picture, recording, recording.poster)
    before = [path.read_bytes() for path in paths]
    with committing():
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True, notice=NOTICE)
    with committing():
        publish_article(article=article, by=owner)
    assert client.get(article.url).status_code == 200
    assert client.get(document.url).status_code == 200
    assert [path.read_bytes() for path in paths] == before
    assert Withdrawal.objects.get().ended_on is not None
    assert PageLogEntry.objects.filter(action="articles.withdrawal_ended").count() == 1
    with committing():
        unpublish_article(article=article)
    assert NOTICE not in client.get(article.url).content.decode()
    assert client.get(article.url).status_code == 410
    assert not any(path.exists() for path in paths)
    assert client.get(f"/media/{paths[0].relative_to(settings.MEDIA_ROOT)}").content == b"410\n"


def test_without_notice_addresses_say_only_that_it_is_gone(
    article: ArticlePage, owner: StaffMember, client: Client, committing: Any
) -> None:
    with committing():
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=False, notice=NOTICE)
    page = client.get(article.url)
    assert page.status_code == 410
    assert NOTICE not in page.content.decode()


def test_usual_notice_speaks_the_articles_language(
    article: ArticlePage, owner: StaffMember, client: Client, committing: Any
) -> None:
    with committing():
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True)
    assert "Die Redaktion hat diesen Artikel zurückgezogen." in client.get(article.url).content.decode()


def test_what_others_show_stays(
    article: ArticlePage,
    picture: Picture,
    document: ArticleDocument,
    recording: Recording,
    owner: StaffMember,
    client: Client,
    committing: Any,
) -> None:
    with committing():
        other = publish_article(
            article=write_article(
                section=article.section,
                title="Anderes",
                lead_picture=picture,
                lead_alt="Ein Becken",
                bylines=[(article.bylines.first().author, "text")],
                body=[("text", f'<p>Der <a linktype="document" id="{document.pk}">Vertrag</a>.</p>')],
            )
        )
    with committing():
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True)
    assert all(path.exists() for path in public_paths(picture))
    assert not any(path.exists() for path in public_paths(recording, recording.poster))
    assert client.get(document.url).status_code == 200
    with committing():
        withdraw_article(article=other, by=owner, reason=REASON, keep_notice=True)
    assert not any(path.exists() for path in public_paths(picture))
    assert client.get(document.url).status_code == 410


def test_picture_that_was_exchanged_before_goes_too(
    article: ArticlePage, picture: Picture, owner: StaffMember, committing: Any
) -> None:
    with committing():
        draft = article.get_latest_revision_as_object()
        draft.lead_picture = make_picture(title="Besseres")
        draft.save_revision().publish()
    with committing():
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True)
    assert not any(path.exists() for path in public_paths(picture, draft.lead_picture))


def test_old_addresses_tell_the_notice_and_not_the_new_address(
    article: ArticlePage, owner: StaffMember, client: Client, committing: Any
) -> None:
    old = article.url
    bylines = [(byline.author, byline.role) for byline in article.bylines.all()]
    with committing():
        moved = publish_article(
            article=write_article(
                section=article.section, article=article, title=article.title, slug="anderswo", bylines=bylines
            )
        )
    Redirect.add_redirect("/kurz", redirect_to=moved, is_permanent=False)
    assert client.get(old).status_code == 301
    with committing():
        withdraw_article(article=moved, by=owner, reason=REASON, keep_notice=True, notice=NOTICE)
    for address in (old, moved.url, "/kurz", f"{old}diskussion/"):
        answer = client.get(address)
        assert answer.status_code == 410, address
        assert NOTICE in answer.content.decode()
    with committing():
        publish_article(article=moved, by=owner)
    assert client.get(old).headers["Location"] == moved.url
    assert client.get("/kurz").status_code == 302


def test_notice_can_be_exchanged_and_outlives_the_article(
    article: ArticlePage, picture: Picture, owner: StaffMember, client: Client, committing: Any
) -> None:
    (first, *_rest) = public_paths(picture)
    with committing():
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True)
    with committing():
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True, notice=NOTICE)
    address, media = article.url, f"/media/{first.relative_to(settings.MEDIA_ROOT)}"
    assert NOTICE in client.get(address).content.decode()
    assert client.get(media).content.decode() == f"{NOTICE}\n"
    with committing():
        ArticlePage.objects.get(pk=article.pk).delete()
    assert NOTICE in client.get(address).content.decode()
    assert client.get(media).status_code == 410


def test_deleted_article_leaves_no_file(
    article: ArticlePage, picture: Picture, recording: Recording, client: Client, committing: Any
) -> None:
    paths = public_paths(picture, recording, recording.poster)
    address = article.url
    with committing():
        ArticlePage.objects.get(pk=article.pk).delete()
    assert not any(path.exists() for path in paths)
    assert client.get(address).status_code == 410


def test_section_that_is_deleted_takes_shared_files_along(
    article: ArticlePage, picture: Picture, committing: Any
) -> None:
    with committing():
        publish_article(
            article=write_article(
                section=article.section,
                title="Anderes",
                lead_picture=picture,
                lead_alt="Ein Becken",
                bylines=[(article.bylines.first().author, "text")],
                body=[("text", "<p>Wort</p>")],
            )
        )
    with committing():
        article.section.delete()
    assert not any(path.exists() for path in public_paths(picture))


def test_shared_drafts_end_and_nothing_scheduled_brings_it_back(
    article: ArticlePage, owner: StaffMember, client: Client, committing: Any
) -> None:
    _share, token = share_draft(article=article, for_whom="Dr. Petra Lang", by=owner)
    later = article.get_latest_revision_as_object()
    later.go_live_at = timezone.now() + timezone.timedelta(days=1)
    later.save_revision().publish()
    assert article.revisions.exclude(approved_go_live_at=None).exists()
    heard: list[dict[str, Any]] = []
    article_withdrawn.connect(receiver := lambda **news: heard.append(news))
    with committing():
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True)
    article_withdrawn.disconnect(receiver)
    assert client.get(reverse("shared_draft", args=[token])).status_code == 410
    assert SharedDraft.objects.get().revoked_on is not None
    assert not article.revisions.exclude(approved_go_live_at=None).exists()
    assert [(news["article"].pk, news["by"]) for news in heard] == [(article.pk, owner)]


def test_lawyer_and_desk_see_withheld_pictures_of_the_draft(
    article: ArticlePage, picture: Picture, owner: StaffMember, client: Client, committing: Any
) -> None:
    (path, *_rest) = public_paths(picture)
    content = path.read_bytes()
    with committing():
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True)
    name = str(path.relative_to(settings.MEDIA_ROOT))
    _share, token = share_draft(article=article, for_whom="Dr. Petra Lang", by=owner)
    assert client.get(reverse("shared_draft_file", args=[token, name])).getvalue() == content
    client.force_login(owner)
    shown = client.get(f"/media/{name}")
    assert shown.getvalue() == content
    assert shown.headers["Cache-Control"] == "private, no-store"


def test_files_made_afterwards_are_withheld_too(
    article: ArticlePage, picture: Picture, owner: StaffMember, committing: Any
) -> None:
    with committing():
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True)
    with committing():
        assert make_picture_files.func(picture.pk, picture.file.name) > 0
    assert len(public_paths(picture)) > 1
    assert not any(path.exists() for path in public_paths(picture))


def test_picture_comes_back_where_another_page_shows_it(
    article: ArticlePage, picture: Picture, owner: StaffMember, committing: Any
) -> None:
    with committing():
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True)
    assert not any(path.exists() for path in public_paths(picture))
    with committing():
        author = article.bylines.first().author
        author.portrait = picture
        author.save()
    assert all(path.exists() for path in public_paths(picture))


def test_crash_after_the_commit_is_made_good_by_the_job(
    article: ArticlePage, picture: Picture, owner: StaffMember, client: Client
) -> None:
    withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True)  # what follows a commit never came
    assert all(path.exists() for path in public_paths(picture))
    assert not is_settled()
    assert finish_withholding.func() > 0
    assert is_settled()
    assert not any(path.exists() for path in public_paths(picture))
    assert finish_withholding.func() == 0


def test_deleted_picture_leaves_nothing_withheld(
    article: ArticlePage, picture: Picture, owner: StaffMember, client: Client, committing: Any
) -> None:
    with committing():
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True)
    name = picture.files.values_list("file", flat=True)[0]
    kept = Path(settings.STORAGES["originals"]["OPTIONS"]["location"], "withheld", name)
    assert kept.exists()
    with committing():
        picture.delete()
    assert not kept.exists()
    assert client.get(f"/media/{name}").status_code == 410


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.MODERATOR, Role.ACCOUNTANT])
def test_only_owners_and_editors_withdraw(article: ArticlePage, role: Role) -> None:
    sync()
    with pytest.raises(PermissionDenied):
        withdraw_article(article=article, by=make_member(role), reason=REASON, keep_notice=True)
    assert ArticlePage.objects.get(pk=article.pk).live
    withdraw_article(article=article, by=make_member(Role.EDITOR), reason=REASON, keep_notice=True)
    assert not ArticlePage.objects.get(pk=article.pk).live


def test_refuses_without_a_reason_and_what_was_never_public(
    article: ArticlePage, owner: StaffMember, picture: Picture
) -> None:
    with pytest.raises(WithdrawalError, match="Say in a few words"):
        withdraw_article(article=article, by=owner, reason=" nein ", keep_notice=True)
    with pytest.raises(WithdrawalError, match="longer than 600"):
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True, notice="x" * 601)
    draft = write_article(section=article.section, title="Entwurf")
    with pytest.raises(WithdrawalError, match="never public"):
        withdraw_article(article=draft, by=owner, reason=REASON, keep_notice=True)
    assert not Withdrawal.objects.exists()
    assert not WithheldFile.objects.exists()


def test_feeds_that_told_of_it_say_that_it_is_gone(
    article: ArticlePage, owner: StaffMember, client: Client, committing: Any
) -> None:
    make_section(title="Anderswo")
    with committing():
        withdraw_article(article=article, by=owner, reason=REASON, keep_notice=True, notice=NOTICE)
    identity = f"tag:testserver,2025:article/{article.pk}"
    for address in ("/feed.atom", "/europa/feed.atom", "/autoren/rosa-winter/feed.atom"):
        feed = client.get(address).content.decode()
        assert f'<at:deleted-entry ref="{identity}"' in feed
        assert f"<at:comment>{NOTICE}</at:comment>" in feed
        assert "Ein Hafen" not in feed
    assert "deleted-entry" not in client.get("/anderswo/feed.atom").content.decode()
    with committing():
        publish_article(article=article)
    assert "deleted-entry" not in client.get("/feed.atom").content.decode()
