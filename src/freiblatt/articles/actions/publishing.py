"""Verbs of publishing, for whoever brings articles in without the editor's screens."""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks import task
from wagtail.log_actions import log
from wagtail.models import Page, PageLogEntry, Revision

from freiblatt.articles.models import ArticlePage, Author, Byline, BylineRole, SectionPage, Topic
from freiblatt.articles.models.completeness import refuse_incomplete
from freiblatt.lib.slugs import plain_slug
from freiblatt.newsroom.models import StaffMember

logger = logging.getLogger(__name__)

#: Under this name a page's history records that it was not published at its time.
NOT_PUBLISHED = "articles.not_published"
#: Said of a page over which the program itself falls.
FAULT = gettext_lazy("The program has a fault here. It is tried again every minute; tell your operator.")


@transaction.atomic
def write_article(
    *,
    section: SectionPage,
    title: str,
    article: ArticlePage | None = None,
    bylines: Sequence[tuple[Author, str]] = (),
    topics: Iterable[Topic] = (),
    slug: str = "",
    by: StaffMember | None = None,
    **fields: Any,
) -> ArticlePage:
    """Return a draft below `section` with these fields, or `article` with a new revision that has them.

    `bylines` are authors with a role of `BylineRole`. `fields` are fields of the model; `body` is a list of
    (name of a block, value). What was public stays as it was until `publish_article`. Raises ValidationError on
    fields that the editor would refuse.
    """
    is_new = article is None
    page = (
        ArticlePage(locale=section.locale)
        if article is None
        else ArticlePage.objects.get(pk=article.pk).get_latest_revision_as_object()
    )
    page.title = title
    page.slug = slug or page.slug or free_slug(section, title)
    for name, value in fields.items():
        setattr(page, name, value)
    page.bylines = [
        Byline(author=author, role=role or BylineRole.TEXT, sort_order=place)
        for place, (author, role) in enumerate(bylines)
    ]
    page.topics.set(list(topics))
    if is_new:
        page.live = False
        page.owner = by
        section.add_child(instance=page)
    page.full_clean()
    page.save_revision(user=by, changed=not is_new)
    return ArticlePage.objects.get(pk=page.pk)


@transaction.atomic
def publish_article(
    *, article: ArticlePage, published_on: datetime | None = None, by: StaffMember | None = None
) -> ArticlePage:
    """Make the article's latest version public and return it; again, nothing changes.

    `published_on` is the date that readers see; None keeps the one it has, else takes now. Redirects from an earlier
    address are kept by Wagtail. Raises Incomplete, and nothing changes, where the editor's form would refuse it.
    """
    page = ArticlePage.objects.get(pk=article.pk).get_latest_revision_as_object()
    is_current = page.live and not page.has_unpublished_changes
    if is_current and published_on in (None, page.published_on):
        return ArticlePage.objects.get(pk=article.pk)
    if published_on is not None:
        page.published_on = published_on
    refuse_incomplete(page)
    page.save_revision(user=by).publish(user=by, skip_permission_checks=True)
    return ArticlePage.objects.get(pk=article.pk)


@transaction.atomic
def unpublish_article(*, article: ArticlePage, by: StaffMember | None = None) -> ArticlePage:
    """Take the article from readers' eyes and return it; its address answers 410 from then on."""
    page = ArticlePage.objects.get(pk=article.pk)
    if page.live:
        page.unpublish(user=by)
    return ArticlePage.objects.get(pk=article.pk)


@task(queue_name="urgent")
def publish_due() -> int:
    """Publish what is scheduled for now or earlier, take back what has run out, and return how many pages changed.

    Each page is a change of its own. One that is not complete stops no other: it is said once in the log and in the
    page's history, the desk's start page shows it until somebody mends it, and it is tried again. Neither does one over
    which the program falls; the last of such errors is raised after all others were tried.
    """
    now = timezone.now()
    expired = Page.objects.filter(live=True, expire_at__lte=now).order_by("expire_at")
    due = Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at")
    steps: list[tuple[Callable[[int], bool], int]] = [(_expire, pk) for pk in expired.values_list("pk", flat=True)]
    steps += [(_go_live, pk) for pk in due.values_list("pk", flat=True)]
    failed, count = None, 0
    for step, pk in steps:
        try:
            count += step(pk)
        except Exception as error:
            logger.exception("A page did not follow its schedule; it is tried again.")
            failed = error
    if failed is not None:
        raise failed
    return count


@transaction.atomic
def _expire(page_pk: int) -> bool:
    """Take back a page whose time has run out; return whether nobody has done so, or given it more time, before."""
    page = Page.objects.select_for_update().filter(pk=page_pk, live=True, expire_at__lte=timezone.now()).first()
    if page is None:
        return False
    # Wagtail lets go of every schedule of a page that it takes back; a version that is to come later still comes.
    to_come = list(
        page.revisions.filter(approved_go_live_at__gt=timezone.now()).values_list("pk", "approved_go_live_at")
    )
    page.specific.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
    for pk, moment in to_come:
        Revision.objects.filter(pk=pk).update(approved_go_live_at=moment)
    return True


def _go_live(revision_pk: int) -> bool:
    """Publish what is due; return whether it was, and nobody else did so, or cancelled it, before."""
    now = timezone.now()
    try:
        with transaction.atomic():
            # The page before its version, as whoever edits or withdraws it: else two could wait for each other.
            page_pk = Revision.objects.filter(pk=revision_pk).values_list("object_id", flat=True).first()
            list(Page.objects.select_for_update().filter(pk=page_pk).values_list("pk"))
            revision = Revision.objects.select_for_update().filter(pk=revision_pk, approved_go_live_at__lte=now).first()
            if revision is None:
                return False
            ends = revision.as_object().expire_at
            if ends is not None and ends <= now:
                _pass_over(revision)
                return False
            revision.publish(log_action="wagtail.publish.scheduled")
    except ValidationError as error:
        _say_not_published(revision, str(error))
        return False
    except DatabaseError:
        raise  # the next minute will do
    except Exception:
        _say_not_published(revision, str(FAULT), is_fault=True)
        raise
    return True


def _pass_over(revision: Revision) -> None:
    """Leave unpublished what should have come and gone while the program was down, and say so in its history."""
    revision.approved_go_live_at = None
    revision.save(update_fields=["approved_go_live_at"])
    _say_not_published(revision, _("Its time to appear and its time to end had both passed."))


def _say_not_published(revision: Revision, reason: str, *, is_fault: bool = False) -> None:
    """Say once in the log and in the page's history why `revision` was not published at its time."""
    if PageLogEntry.objects.filter(revision=revision, action=NOT_PUBLISHED, data__is_fault=is_fault).exists():
        return
    logger.warning("Scheduled, but not published: %s", reason)
    log(
        instance=revision.content_object,
        action=NOT_PUBLISHED,
        revision=revision,
        data={"reason": reason, "is_fault": is_fault},
    )


def free_slug(parent: Page, title: str) -> str:
    """Return a slug made from `title` that no child of `parent` has; at most 100 characters, cut between words."""
    base = plain_slug(title)
    if len(base) > 100:
        base = base[:101].rsplit("-", 1)[0][:100]
    base = base or "artikel"
    taken = set(parent.get_children().filter(slug__startswith=base).values_list("slug", flat=True))
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
