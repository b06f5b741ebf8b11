"""Who made an article, in whole sentences."""

import pytest
from django.test import Client
from django.utils import translation

from freiblatt.articles import bylines
from freiblatt.articles.bylines import groups_of, join_plain
from freiblatt.articles.models import ArticlePage, Byline, FrontPage
from freiblatt.articles.teasers import make_teasers
from tests.factories import make_article, make_author, make_section


@pytest.mark.parametrize(
    ("names", "joined"),
    [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")],
)
def test_names_are_joined_as_one_reads_them(names: list[str], joined: str) -> None:
    with translation.override("en"):
        assert join_plain(names) == joined


def test_groups_name_each_part_in_the_desks_order(front: FrontPage) -> None:
    rosa, karl, ines = (make_author(name=name) for name in ("Rosa Winter", "Karl <Mohr>", "Ines Ost"))
    article = make_article(section=make_section(title="Europa"))
    article.bylines = [
        Byline(author=ines, role="photo", sort_order=0),
        Byline(author=karl, role="text", sort_order=1),
        Byline(author=rosa, role="text", sort_order=2),
    ]
    article.save()
    with translation.override("en"):
        text, photo = groups_of(ArticlePage.objects.get())
        assert text.text == "By Karl <Mohr> and Rosa Winter"
        assert text.sentence == (
            f'By <a href="{karl.get_absolute_url()}" rel="author">Karl &lt;Mohr&gt;</a>'
            f' and <a href="{rosa.get_absolute_url()}" rel="author">Rosa Winter</a>'
        )
        assert (photo.label, photo.text) == ("Photos", "Photos: Ines Ost")
        (teaser,) = make_teasers(ArticlePage.objects.with_facts())
        assert teaser.byline == "Karl <Mohr> and Rosa Winter"


def test_every_part_has_its_sentence() -> None:
    from freiblatt.articles.models import BylineRole

    assert set(bylines.SENTENCES) == {str(role) for role in BylineRole}


def test_linked_translations_know_each_other(front: FrontPage, client: Client) -> None:
    article = make_article(section=make_section(title="Europa"), slug="hafen")
    assert client.get(article.url).context["translations"] == []
    english = make_article(
        section=make_section(title="Europe", language="en"), slug="port", translation_key=article.translation_key
    )
    (link,) = client.get(article.url).context["translations"]
    assert (link.language_code, link.language_name, link.url) == ("en", "English", "/en/europe/port/")
    (back,) = client.get(english.url).context["translations"]
    assert (back.language_code, back.url) == ("de", "/europa/hafen/")
    english.unpublish()
    assert client.get(article.url).context["translations"] == []
