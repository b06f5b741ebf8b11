"""How an article names those who made it, in whole sentences of the active language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext, pgettext_lazy

if TYPE_CHECKING:
    from freiblatt.articles.models import ArticlePage, Author, Byline

#: The sentence of a group; the members of `BylineRole` are its keys.
SENTENCES: dict[str, Promise] = {
    "text": pgettext_lazy("byline", "By {authors}"),
    "photo": pgettext_lazy("byline", "Photos: {authors}"),
    "data": pgettext_lazy("byline", "Data: {authors}"),
    "illustration": pgettext_lazy("byline", "Illustration: {authors}"),
    "translation": pgettext_lazy("byline", "Translation: {authors}"),
    "editing": pgettext_lazy("byline", "Editing: {authors}"),
}


@dataclass(frozen=True)
class BylineGroup:
    """Authors with the same part in an article. `label` is the role's name, `sentence` safe HTML with links."""

    role: str
    label: str
    authors: "Sequence[Author]"

    @property
    def sentence(self) -> SafeString:
        names = [format_html('<a href="{}" rel="author">{}</a>', a.get_absolute_url(), a.name) for a in self.authors]
        return format_html(str(SENTENCES[self.role]), authors=join_names(names))

    @property
    def text(self) -> str:
        """The sentence without links."""
        return str(SENTENCES[self.role]).format(authors=join_plain([author.name for author in self.authors]))


def join_plain(names: Sequence[str]) -> str:
    """Return names as one reads them aloud: "A", "A and B", "A, B and C"."""
    if len(names) < 2:
        return "".join(names)
    others = pgettext("between the names of a list", ", ").join(names[:-1])
    return gettext("{others} and {last}").format(others=others, last=names[-1])


def join_names(names: Iterable[str]) -> SafeString:
    """Return the same as safe HTML; names that are not marked safe are escaped."""
    return mark_safe(join_plain([conditional_escape(name) for name in names]))  # noqa: S308 (escaped here)


def groups_of(article: "ArticlePage") -> list[BylineGroup]:
    """Return the article's authors grouped by what they did; text first, each group in the desk's order."""
    from freiblatt.articles.models import BylineRole

    bylines = _in_order(article)
    found = []
    for role in BylineRole:
        if authors := [byline.author for byline in bylines if byline.role == role]:
            found.append(BylineGroup(role=role.value, label=str(role.label), authors=authors))
    return found


def authors_of(article: "ArticlePage") -> "list[Author]":
    """Return those who wrote the article, in the desk's order."""
    return [byline.author for byline in _in_order(article) if byline.role == "text"]


def _in_order(article: "ArticlePage") -> "list[Byline]":
    """Return the bylines in the desk's order, their authors fetched; also those of a draft that is not stored."""
    bylines = sorted(article.bylines.all(), key=lambda byline: byline.sort_order or 0)
    prefetch_related_objects(bylines, "author")
    return bylines
