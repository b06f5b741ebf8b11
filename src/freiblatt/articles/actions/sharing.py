"""Verbs of sharing: somebody without an account reads a draft by a link that ends."""

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from freiblatt.articles.models import ArticlePage, SharedDraft
from freiblatt.articles.models.shares import hash_of
from freiblatt.newsroom.models import StaffMember

#: Under these names an article's history records its links.
SHARED, UNSHARED = "articles.share", "articles.unshare"
DEFAULT_DAYS = 7
MOST_DAYS = 90
#: 24 random bytes: nobody guesses one.
TOKEN_BYTES = 24


@transaction.atomic
def share_draft(
    *,
    article: ArticlePage,
    for_whom: str,
    by: StaffMember | None,
    valid_for: timedelta = timedelta(days=DEFAULT_DAYS),
    is_fixed: bool = False,
) -> tuple[SharedDraft, str]:
    """Return a new link to the article's draft and its token, which is told this once and stored nowhere.

    `is_fixed` shows this very version for ever, as for the approval of quotations; else the latest one. Raises
    ValidationError without a name for whom, or for a time that is no longer than nothing or longer than 90 days.
    """
    for_whom = " ".join(for_whom.split())
    if not for_whom or len(for_whom) > 120:
        raise ValidationError(_("Say for whom the link is, in at most 120 characters."))
    if not timedelta() < valid_for <= timedelta(days=MOST_DAYS):
        raise ValidationError(
            _("A link is valid for an hour at least and for %(days)d days at most.") % {"days": MOST_DAYS}
        )
    token = secrets.token_urlsafe(TOKEN_BYTES)
    revision = article.get_latest_revision()
    content = None
    if is_fixed:
        content = revision.content if revision else article.serializable_data()
    share = SharedDraft.objects.create(
        article=article,
        token_hash=hash_of(token),
        content=content,
        for_whom=for_whom,
        made_by=by,
        expires_on=timezone.now() + valid_for,
    )
    log(instance=article, action=SHARED, user=by, revision=revision, data={"for_whom": for_whom})
    return share, token


@transaction.atomic
def revoke_share(*, share: SharedDraft, by: StaffMember | None) -> SharedDraft:
    """Close a link at once and return it; again, nothing changes."""
    share = SharedDraft.objects.select_for_update().get(pk=share.pk)
    if share.revoked_on is None:
        share.revoked_on = timezone.now()
        share.save(update_fields=["revoked_on"])
        log(instance=share.article, action=UNSHARED, user=by, data={"for_whom": share.for_whom})
    return share


def revoke_all_shares() -> int:
    """Close every link that can be opened now; return how many there were.

    For a database that was restored from a backup: links that were revoked since are back in it.
    """
    shares = list(SharedDraft.objects.open_at(timezone.now()))
    for share in shares:
        revoke_share(share=share, by=None)
    return len(shares)


def count_opening(*, share: SharedDraft) -> None:
    """Count that the link was opened: how often, not when and not by whom."""
    SharedDraft.objects.filter(pk=share.pk).update(opened_count=F("opened_count") + 1)
