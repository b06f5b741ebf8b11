"""A saved page becomes an article with its discussion: once, however often it is moved in."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils import timezone

from freiblatt.articles.actions import publish_article, write_article
from freiblatt.articles.models import ArticlePage, Author, FrontPage, SectionPage
from freiblatt.discussion.actions import remove_comment
from freiblatt.discussion.models import Comment, CommentState, Slot, Thread
from freiblatt.importers.models import ImportedItem
from freiblatt.importers.page.actions import MovedIn, PageImportError, import_page
from freiblatt.importers.page.read import read_page
from freiblatt.importers.page.saved import SavedPage
from tests.factories import house_rule, make_author, make_section

SAVED_ON = date(2025, 10, 20)


@pytest.fixture
def saved(german: str) -> SavedPage:
    return read_page(german, saved_on=SAVED_ON)


def move_in(page: SavedPage, *, is_to_publish: bool = True, section_slug: str = "") -> MovedIn:
    return import_page(page=page, saved_on=SAVED_ON, is_to_publish=is_to_publish, section_slug=section_slug)


def kinds(moved: MovedIn) -> list[str]:
    return [warned.kind for warned in moved.warnings]


def facts() -> dict[str, int]:
    """Return how many of everything there are."""
    models = (ArticlePage, SectionPage, Author, Thread, Comment, ImportedItem)
    return {model.__name__: model.objects.count() for model in models}


def test_article_has_what_the_page_said(front: FrontPage, saved: SavedPage) -> None:
    moved = move_in(saved)
    article = moved.article
    assert moved.is_new
    assert kinds(moved) == ["section_made"]
    assert (article.title, article.live, article.get_parent().slug) == (
        "Der Kai, der keinem gehört",
        True,
        "aus-dem-archiv",
    )
    assert timezone.localtime(article.published_on).date() == date(2025, 3, 3)
    assert not article.published_time_is_known
    assert article.locale.language_code == "de"
    assert [byline.author.name for byline in article.bylines.all()] == ["Rosa Winter", "Karl Mohr"]
    assert [block.block_type for block in article.body] == ["text", "lost_picture", "text", "lost_picture", "text"]
    assert article.body[1].value["caption"] == "Der Kai bei Niedrigwasser\nAufnahme vom Januar, Blick nach Westen"
    assert "<p>Wer zahlt<br/>Wer haftet<br/>Wer darf</p>" in article.body[4].value.source


def test_discussion_keeps_its_tree_and_its_order(front: FrontPage, saved: SavedPage) -> None:
    thread = move_in(saved).article.thread
    assert (thread.n_public, thread.n_lost) == (5, 1)
    found = [
        (comment.name, comment.parent.name if comment.parent else "", comment.state)
        for comment in thread.comments.select_related("parent")
    ]
    assert found == [
        ("Helga", "", "public"),
        ("Rosa Winter", "Helga", "public"),
        ("Ingo D.", "Rosa Winter", "public"),
        ("Ela", "", "public"),
        ("Frieda", "", "lost"),
        ("Tom", "Frieda", "public"),
    ]


def test_author_of_the_article_wears_the_badge(front: FrontPage, saved: SavedPage) -> None:
    move_in(saved)
    assert Comment.objects.get(author__name="Rosa Winter").guest_name == ""


def test_badge_of_somebody_else_becomes_a_guest(front: FrontPage, saved: SavedPage) -> None:
    moved = move_in(replace(saved, authors=("Karl Mohr",)))
    assert Comment.objects.get(guest_name="Rosa Winter").author is None
    assert "badge_unknown" in kinds(moved)


def test_ages_are_about(front: FrontPage, saved: SavedPage) -> None:
    move_in(saved)
    helga = Comment.objects.get(guest_name="Helga")
    assert (timezone.localtime(helga.created_on).date(), helga.created_precision) == (date(2025, 8, 20), "month")
    assert helga.created_is_approximate
    ela = Comment.objects.get(guest_name="Ela")
    assert timezone.localtime(ela.created_on).strftime("%Y-%m-%d %H:%M") == "2025-03-14 09:05"
    assert not ela.created_is_approximate


def test_reckoned_date_never_lies_before_the_article(front: FrontPage, saved: SavedPage) -> None:
    comment = replace(saved.comments[0], moment=replace(saved.comments[0].moment, day=date(2024, 1, 1)))
    move_in(replace(saved, comments=(comment,), lost=()))
    assert timezone.localtime(Comment.objects.get().created_on).date() == date(2025, 3, 3)


def test_twice_the_same_page_changes_nothing(front: FrontPage, saved: SavedPage) -> None:
    first = move_in(saved)
    before = facts(), first.article.revisions.count()
    second = move_in(saved)
    assert not second.is_new
    assert (facts(), second.article.revisions.count()) == before
    assert second.warnings == ()


def test_draft_is_published_the_second_time(front: FrontPage, saved: SavedPage) -> None:
    assert not move_in(saved, is_to_publish=False).article.live
    assert move_in(saved, is_to_publish=True).article.live
    assert move_in(saved, is_to_publish=False).article.live


def test_later_copy_brings_new_comments_and_better_dates(front: FrontPage, saved: SavedPage, german: str) -> None:
    move_in(replace(saved, comments=saved.comments[:1], lost=()))
    first = Comment.objects.get()
    later = read_page(german, saved_on=date(2025, 9, 20))
    import_page(page=later, saved_on=date(2025, 9, 20))
    assert Comment.objects.public().count() == 5
    first.refresh_from_db()
    assert timezone.localtime(first.created_on).date() == date(2025, 7, 20)


def test_changed_copy_updates_an_untouched_article(front: FrontPage, saved: SavedPage) -> None:
    move_in(saved)
    moved = move_in(replace(saved, body=saved.body[:1], standfirst="Neu."))
    assert (len(moved.article.body), moved.article.standfirst) == (1, "Neu.")


def test_article_that_the_desk_edited_is_left_alone(front: FrontPage, saved: SavedPage) -> None:
    article = move_in(replace(saved, comments=saved.comments[:1], lost=())).article
    article = write_article(
        section=article.get_parent().specific,
        article=article,
        title="Der Kai, von der Redaktion",
        bylines=[(byline.author, byline.role) for byline in article.bylines.all()],
    )
    publish_article(article=article)
    moved = move_in(replace(saved, body=saved.body[:1]))
    assert kinds(moved) == ["edited_since"]
    assert moved.article.title == "Der Kai, von der Redaktion"
    assert len(moved.article.body) == 5
    assert Comment.objects.public().count() == 5


def test_what_the_desk_would_refuse_is_said_and_leaves_nothing(front: FrontPage, saved: SavedPage) -> None:
    with pytest.raises(PageImportError, match=r"255"):
        move_in(replace(saved, headline="x" * 300))
    assert set(facts().values()) == {0}


def test_unfinished_edits_are_not_published(front: FrontPage, saved: SavedPage) -> None:
    article = move_in(saved, is_to_publish=False).article
    write_article(section=article.get_parent().specific, article=article, title="Noch nicht fertig")
    moved = move_in(saved, is_to_publish=True)
    assert not moved.article.live
    assert kinds(moved) == ["edited_since"]


def test_comment_that_the_desk_removed_does_not_return(front: FrontPage, saved: SavedPage) -> None:
    move_in(saved)
    ela = remove_comment(comment=Comment.objects.get(guest_name="Ela"), by=None, rule=house_rule())
    move_in(saved)
    ela.refresh_from_db()
    assert (ela.state, ela.slot) == (CommentState.REMOVED, Slot.NOT_LISTED)
    assert Comment.objects.filter(guest_name="Ela").count() == 1


def test_deleted_article_may_be_moved_in_again(front: FrontPage, saved: SavedPage) -> None:
    move_in(saved).article.delete()
    assert move_in(saved).is_new
    assert Comment.objects.public().count() == 5


def test_two_equal_comments_of_one_reader_are_two(front: FrontPage, saved: SavedPage) -> None:
    twice = replace(saved, comments=(saved.comments[0], saved.comments[0]), lost=())
    move_in(twice)
    move_in(twice)
    assert Comment.objects.count() == 2


def test_known_author_and_section_are_used(front: FrontPage, saved: SavedPage) -> None:
    make_author(name="Rosa Winter")
    make_section(title="Europa")
    article = move_in(saved, section_slug="europa").article
    assert article.get_parent().slug == "europa"
    assert Author.objects.filter(name="Rosa Winter").count() == 1


def test_english_page_goes_below_the_english_front_page(front: FrontPage, english: str) -> None:
    moved = move_in(read_page(english, saved_on=SAVED_ON))
    assert moved.article.get_url().startswith("/en/from-the-archive/")


@pytest.mark.usefixtures("in_english")
def test_refusals_store_nothing(front: FrontPage, saved: SavedPage) -> None:
    make_section(title="Europa")
    before = facts()
    with pytest.raises(PageImportError, match="There are: europa"):
        move_in(saved, section_slug="asien")
    with pytest.raises(PageImportError, match=r"freiblatt\.toml"):
        move_in(replace(saved, language="fr"))
    with pytest.raises(PageImportError, match="2025-03-03"):
        import_page(page=saved, saved_on=date(2025, 1, 1))
    assert facts() == before
