"""The verb that stores a saved page: article, authors, thread and comments, in one transaction."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from freiblatt.articles.actions import publish_article, write_article
from freiblatt.articles.models import ArticlePage, Author, BylineRole, FrontPage, SectionPage
from freiblatt.discussion.actions import add_comment, add_placeholder, correct_date, note_lost, open_thread
from freiblatt.discussion.models import NAME_LENGTH, Comment, DatePrecision, Thread
from freiblatt.importers.models import ImportedItem, ImportedPage
from freiblatt.importers.page.saved import Caption, Moment, Paragraph, SavedComment, SavedPage, Warned
from freiblatt.lib.slugs import plain_slug

#: Address of the section for what was moved in and is not sorted yet, by language.
DEFAULT_SECTIONS = {"de": "aus-dem-archiv", "en": "from-the-archive"}
#: Length of an author's name in the database.
LONGEST_AUTHOR = 120


class PageImportError(Exception):
    """The page cannot be moved in; the message is a sentence for the operator. Nothing was stored."""


@dataclass(frozen=True)
class MovedIn:
    """What became of a saved page."""

    article: ArticlePage
    is_new: bool
    warnings: tuple[Warned, ...]


def import_page(*, page: SavedPage, saved_on: date, is_to_publish: bool = False, section_slug: str = "") -> MovedIn:
    """Store `page` and return what became of it; a second time it updates and never doubles.

    An article that the desk has edited since is left as it is, and a warning says so. `section_slug` names the section
    of a new article; without it the archive section is made. Raises PageImportError; then nothing is stored.
    """
    language, warnings = language_of(page)
    check_days(page=page, saved_on=saved_on)
    check_section(language=language, section_slug=section_slug)
    try:
        with transaction.atomic(), translation.override(language):
            section = _section(language, section_slug, warnings)
            record, is_new, is_edited = _store_article(page, section, saved_on, warnings)
            thread = _store_thread(page, record)
            _store_comments(page, record, thread, warnings)
            article = record.article
            if is_to_publish and not is_edited:
                article = publish_article(article=article)
    except ValidationError as error:
        raise PageImportError(
            _("Nothing was moved in: the article would be refused at the desk. %(reasons)s")
            % {"reasons": " ".join(error.messages)}
        ) from error
    except IntegrityError as error:
        raise PageImportError(
            _("The same page is being moved in by somebody else at this moment. Try again.")
        ) from error
    return MovedIn(article, is_new, tuple(warnings))


def language_of(page: SavedPage) -> tuple[str, list[Warned]]:
    """Return the language that the article is stored in. Raises PageImportError for one that is not published in."""
    if not page.language:
        return settings.LANGUAGE_CODE, [Warned("language_unknown", text=settings.LANGUAGE_CODE)]
    if page.language not in dict(settings.LANGUAGES):
        raise PageImportError(
            _(
                "The page is written in “%(language)s”, and this publication does not appear in it. Add it to "
                "“languages” in freiblatt.toml, run `freiblatt prepare`, and import again."
            )
            % {"language": page.language}
        )
    return page.language, []


def check_days(*, page: SavedPage, saved_on: date) -> None:
    """Raise PageImportError where the copy would be older than the page."""
    if page.published_on > saved_on:
        raise PageImportError(
            _("The page is dated %(published)s, after the day of the copy, %(saved)s.")
            % {"published": page.published_on.isoformat(), "saved": saved_on.isoformat()}
        )


def check_section(*, language: str, section_slug: str) -> None:
    """Raise PageImportError where an article in `language` cannot go to the section at `section_slug`."""
    front = FrontPage.objects.filter(locale__language_code=language).first()
    if front is None:
        raise PageImportError(
            _("There is no front page in “%(language)s” yet. Run `freiblatt prepare`, and import again.")
            % {"language": language}
        )
    if not section_slug:
        return
    sections = list(SectionPage.objects.child_of(front).values_list("slug", flat=True))
    if section_slug not in sections:
        raise PageImportError(
            _("There is no section “%(slug)s” in “%(language)s”. There are: %(sections)s.")
            % {"slug": section_slug, "language": language, "sections": ", ".join(sorted(sections)) or _("none yet")}
        )


def _section(language: str, section_slug: str, warnings: list[Warned]) -> SectionPage:
    front = FrontPage.objects.get(locale__language_code=language)
    slug = section_slug or DEFAULT_SECTIONS[language]
    section = SectionPage.objects.child_of(front).filter(slug=slug).first()
    if section is None:
        section = SectionPage(title=_("From the archive"), slug=slug, locale=front.locale)
        front.add_child(instance=section)
        warnings.append(Warned("section_made", text=section.title, other=slug))
    return section


def _store_article(
    page: SavedPage, section: SectionPage, saved_on: date, warnings: list[Warned]
) -> tuple[ImportedPage, bool, bool]:
    """Write the article, or update it where the desk has not touched it; return its record, is_new, is_edited."""
    key = _hash("page", page.headline, page.published_on.isoformat())
    record = ImportedPage.objects.select_for_update().filter(key=key).first()
    copy_digest = _hash(
        page.standfirst, str(page.updated_on), *page.authors, json.dumps(_body(page.body), ensure_ascii=False)
    )
    if record is not None:
        if _digest(record.article) != record.article_digest:
            warnings.append(Warned("edited_since", text=record.article.title))
            return record, False, True
        section = record.article.get_parent().specific
    if record is None or record.copy_digest != copy_digest:
        article = _write(page, section, record.article if record else None, warnings)
        record = record or ImportedPage(key=key)
        record.article = article
        record.article_digest = _digest(article)
        record.copy_digest = copy_digest
    is_new = record.pk is None
    record.saved_on = saved_on
    record.save()
    return record, is_new, False


def _write(page: SavedPage, section: SectionPage, article: ArticlePage | None, warnings: list[Warned]) -> ArticlePage:
    """Return the article as the copy has it; public again if it was."""
    was_public = article is not None and article.live and not article.has_unpublished_changes
    written = write_article(
        section=section,
        article=article,
        title=page.headline,
        bylines=[(author, BylineRole.TEXT) for author in _authors(page.authors, warnings)],
        standfirst=page.standfirst,
        published_on=_noon(page.published_on),
        published_time_is_known=False,
        updated_on=_noon(page.updated_on) if page.updated_on else None,
        body=_body(page.body),
    )
    return publish_article(article=written) if was_public else written


def _authors(names: Iterable[str], warnings: list[Warned]) -> list[Author]:
    """Return the authors with these names; those who are missing are made."""
    found: list[Author] = []
    for name in names:
        name = name[:LONGEST_AUTHOR]
        known = list(Author.objects.filter(name__iexact=name).order_by("pk")[:2])
        if len(known) > 1:
            warnings.append(Warned("several_authors", text=name, other=known[0].slug))
        author = known[0] if known else Author.objects.create(name=name, slug=_free_author_slug(name))
        if author not in found:
            found.append(author)
    return found


def _free_author_slug(name: str) -> str:
    base = plain_slug(name)[:100] or "author"
    slug, number = base, 2
    while Author.objects.filter(slug=slug).exists():
        slug, number = f"{base}-{number}", number + 1
    return slug


def _body(blocks: Iterable[Paragraph | Caption]) -> list[tuple[str, Any]]:
    """Return blocks of an article: running text between captions of pictures that the copy lost."""
    body: list[tuple[str, Any]] = []
    for block in blocks:
        if isinstance(block, Caption):
            body.append(("lost_picture", {"caption": "\n".join(filter(None, (block.title, block.text)))}))
            continue
        html = f"<p>{'<br/>'.join(escape(line) for line in block.lines)}</p>"
        if body and body[-1][0] == "text":
            body[-1] = ("text", body[-1][1] + html)
        else:
            body.append(("text", html))
    return body


def _digest(article: ArticlePage) -> str:
    """Return a hash of what the desk can edit, as its latest version has it.

    The editor marks paragraphs with keys of its own when it stores a text, even an unchanged one; they do not count.
    """
    latest = article.get_latest_revision_as_object()
    body = json.dumps([[block["type"], block["value"]] for block in latest.body.raw_data], sort_keys=True)
    return _hash(
        latest.title,
        latest.kicker,
        latest.standfirst,
        str(latest.published_on),
        str(latest.updated_on),
        str(latest.lead_picture_id),
        *(f"{byline.author_id} {byline.role}" for byline in latest.bylines.all()),
        re.sub(r' data-block-key=\\"[^"\\]*\\"', "", body),
    )


def _store_thread(page: SavedPage, record: ImportedPage) -> Thread:
    thread = open_thread(article=record.article, n_lost=page.n_lost)
    return thread if thread.n_lost == page.n_lost else note_lost(thread=thread, n_lost=page.n_lost)


class _Items:
    """What came with a page before; each comment and placeholder is made once and never again."""

    def __init__(self, record: ImportedPage) -> None:
        self._record = record
        self._known = {item.key: item for item in record.items.select_related("comment")}
        self._seen: dict[str, int] = {}

    def once(self, make: Callable[[], Comment], *facts: str) -> tuple[Comment | None, bool]:
        """Return the comment that `facts` stand for, and whether it was made now; None if it was deleted since.

        The same facts twice in one page (somebody wrote the same words again) stand for two comments.
        """
        key = _hash(*facts)
        self._seen[key] = self._seen.get(key, 0) + 1
        if self._seen[key] > 1:
            key = _hash(key, str(self._seen[key]))
        if key in self._known:
            return self._known[key].comment, False
        comment = make()
        ImportedItem.objects.create(page=self._record, key=key, comment=comment)
        return comment, True


def _store_comments(page: SavedPage, record: ImportedPage, thread: Thread, warnings: list[Warned]) -> None:
    """Add what is not there yet, in the order of the page; correct reckoned dates of what is."""
    items = _Items(record)
    authors = {author.name.casefold(): author for author in Author.objects.filter(bylines__article=record.article)}
    comments: list[Comment | None] = []
    placeholders: dict[int, Comment | None] = {}
    for saved in page.comments:
        parent = comments[saved.parent] if saved.parent is not None else None
        if saved.lost_parent is not None:
            if saved.lost_parent not in placeholders:
                name = page.lost[saved.lost_parent][:NAME_LENGTH]
                make = partial(add_placeholder, thread=thread, guest_name=name)
                placeholders[saved.lost_parent], _is_new = items.once(make, "lost", name, saved.name, saved.text)
            parent = placeholders[saved.lost_parent]
        add = partial(_add, saved, page, thread, parent, authors, warnings)
        comment, is_new = items.once(add, "comment", saved.name, saved.answers, saved.text)
        if not is_new:
            _correct(comment, saved, page)
        comments.append(comment)


def _add(
    saved: SavedComment,
    page: SavedPage,
    thread: Thread,
    parent: Comment | None,
    authors: dict[str, Author],
    warnings: list[Warned],
) -> Comment:
    author = authors.get(saved.name.casefold()) if saved.is_by_author else None
    if saved.is_by_author and author is None:
        warnings.append(Warned("badge_unknown", number=saved.numbers[0], text=saved.name))
    return add_comment(
        thread=thread,
        parent=parent,
        text=saved.text,
        author=author,
        guest_name="" if author else saved.name,
        **_date_of(saved.moment, page.published_on),
    )


def _correct(comment: Comment | None, saved: SavedComment, page: SavedPage) -> None:
    """Give a comment the date that a copy of another day reckons, unless it has an exact one or is gone."""
    if comment is None or comment.is_tombstone or not comment.created_is_approximate:
        return
    dated = _date_of(saved.moment, page.published_on)
    if any(getattr(comment, name) != value for name, value in dated.items()):
        correct_date(comment=comment, **dated)


def _date_of(moment: Moment, published_on: date) -> dict[str, Any]:
    """Return a comment's date. One that was reckoned from an age never lies before the article's."""
    day = max(moment.day, published_on) if moment.is_approximate else moment.day
    return {
        "created_on": timezone.make_aware(moment.time) if moment.time else _noon(day),
        "created_precision": DatePrecision(moment.precision),
        "created_is_approximate": moment.is_approximate,
    }


def _noon(day: date) -> datetime:
    """Return the middle of a day of which no more is known: it stays the same day in the zones around."""
    return timezone.make_aware(datetime.combine(day, time(12)))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
