"""Whether somebody else has read an article: who wrote what would be published, and who answers for it."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.models import Page, Revision

from freiblatt.articles.models import ArticlePage, Check
from freiblatt.newsroom.models import PublicationSettings, StaffMember

if TYPE_CHECKING:
    from datetime import datetime

#: What of a revision is not text: where the page stands, what state it is in, and the dates, which belong to whoever
#: publishes. Everything else has to be read by a second person.
NOT_TEXT = {
    *("pk", "path", "depth", "numchild", "url_path", "translation_key", "locale", "alias_of", "content_type", "owner"),
    *("live", "has_unpublished_changes", "first_published_at", "last_published_at", "live_revision", "draft_title"),
    *("latest_revision", "latest_revision_created_at", "locked", "locked_at", "locked_by", "wagtail_admin_comments"),
    *("go_live_at", "expire_at", "expired", "published_on", "updated_on", "published_time_is_known"),
    *("section", "reading_minutes", "show_in_menus"),
}
#: What the editor's browser writes into rich text by itself, whoever opens it.
BLOCK_KEY = re.compile(r'\s+data-block-key="[^"]*"')


class NotChecked(ValidationError):  # noqa: N818 (it reads as what it says of the page)
    """Nobody else has checked an article; its text is one message for people: which, and why not this person."""

    def __init__(self, page: Page, message: str) -> None:
        super().__init__(message)
        self.page = page

    def __str__(self) -> str:
        return str(self.messages[0])


@dataclass(frozen=True)
class Standing:
    """What is known of an article's latest version."""

    revision: Revision | None
    #: Who brought the text about, and when; None where it was no staff member.
    written_by: StaffMember | None
    written_on: "datetime | None"
    submitted_by: StaffMember | None
    #: Who answers for exactly this text, and None where nobody does yet.
    check: Check | None
    #: The latest check of whatever text.
    last_check: Check | None


def text_digest(revision: Revision) -> str:
    """Return a hash of what readers would read of `revision`: equal for equal texts."""
    words = _text_of({name: value for name, value in revision.content.items() if name not in NOT_TEXT})
    return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def standing_of(article: ArticlePage, revision: Revision | None = None) -> Standing:
    """Return what is known of `revision`, or of the latest one: who wrote it, who submitted and who checked it."""
    revision = revision or article.get_latest_revision()
    checks = list(article.checks.select_related("checked_by")[:50])
    last = checks[0] if checks else None
    state = article.current_workflow_state
    submitted_by = state.requested_by if state else None
    if revision is None:
        return Standing(None, None, None, submitted_by, None, last)
    digest = text_digest(revision)
    first = _first_with_this_text(revision, digest)
    valid = (one for one in checks if one.text_digest == digest and one.checked_on >= first.created_at)
    return Standing(revision, first.user, first.created_at, submitted_by, next(valid, None), last)


def writer_of_copied(article: ArticlePage) -> StaffMember | None:
    """Return who wrote the text of which a copy in another language is made: the public one, else the latest."""
    return standing_of(article, article.live_revision if article.live else None).written_by


def may_check(article: ArticlePage, member: Any, standing: Standing | None = None) -> bool:
    """Return whether `member`, who may publish, is somebody else than those who wrote or submitted the article."""
    if not PublicationSettings.load().is_second_person_needed():
        return True
    found = standing or standing_of(article)
    return member.pk not in {one.pk for one in (found.written_by, found.submitted_by) if one}


def why_not(article: ArticlePage, member: Any, standing: Standing) -> NotChecked:
    """Return the sentence for `member`, whose own work it is that would be published."""
    words = {"title": article.get_admin_display_title()}
    if standing.written_by and standing.written_by.pk == member.pk:
        return NotChecked(
            article,
            _(
                "“%(title)s” is not published: its latest version is yours, and nobody else has checked it. "
                "Your text is saved. Ask a second person, or publish it with a reason."
            )
            % words,
        )
    return NotChecked(
        article,
        _(
            "“%(title)s” is not published: you submitted it yourself, so somebody else has to check it. "
            "Ask a second person, or publish it with a reason."
        )
        % words,
    )


def _first_with_this_text(revision: Revision, digest: str) -> Revision:
    """Return the earliest of the revisions right before `revision` that have the same text."""
    first = revision
    before = (
        Revision.objects.for_instance(revision.content_object)
        .filter(created_at__lte=revision.created_at)
        .exclude(pk=revision.pk)
        .select_related("user")
        .order_by("-created_at", "-pk")
    )
    for earlier in before.iterator(chunk_size=5):
        if text_digest(earlier) != digest:
            break
        first = earlier
    return first


def _text_of(value: Any) -> Any:
    if isinstance(value, str):
        # The body is stored as text inside the text of the revision.
        return _text_of(json.loads(value)) if value.startswith("[{") else BLOCK_KEY.sub("", value)
    if isinstance(value, list):
        return [_text_of(one) for one in value]
    if isinstance(value, dict):
        # Rows of a child table get their own keys, and their page's, only when they are stored.
        is_row = "pk" in value and "sort_order" in value
        skipped = {"pk", "page", "article", "sort_order"} if is_row else set()
        return {name: _text_of(one) for name, one in value.items() if name not in skipped}
    return value
