"""Verbs of withdrawing: an article is taken back on purpose, everywhere and at once."""

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from wagtail.contrib.redirects.models import Redirect
from wagtail.log_actions import log

from freiblatt.articles import keys
from freiblatt.articles.actions.listing import lists_of
from freiblatt.articles.actions.redirecting import leave_address
from freiblatt.articles.actions.sharing import revoke_share
from freiblatt.articles.actions.withholding import remember_addresses, withhold_files
from freiblatt.articles.models import ArticlePage, RemovedAddress, Withdrawal, WithheldFile
from freiblatt.articles.signals import article_withdrawn
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role, holds
from freiblatt.pagestore.actions import mark_stale

#: Under this name an article's history records that it was withdrawn.
WITHDRAWN = "articles.withdraw"
NOTICE_LENGTH = 600
#: A reason shorter than a word or two is none.
REASON_LEAST_CHARACTERS = 10


class WithdrawalError(ValidationError):
    """An article cannot be withdrawn; its text is one message for people."""


class WithdrawnMeanwhile(WithdrawalError):  # noqa: N818 (it reads as what it says of the article)
    """Somebody else has withdrawn it, or changed the notice, since the member looked."""


def may_withdraw(member: StaffMember, article: ArticlePage) -> bool:
    """Return whether `member` may take `article` back: owners and editors may."""
    return holds(member, Role.OWNER, Role.EDITOR) and article.permissions_for_user(member).can_publish()


def was_public(article: ArticlePage) -> bool:
    """Return whether readers may have read `article`, now or at any time."""
    return bool(
        article.live
        or article.first_published_at
        or RemovedAddress.objects.filter(path=article.get_url() or "").exists()
    )


def usual_notice(language: str) -> str:
    """Return what readers of `language` are told where nobody writes something else."""
    with translation.override(language):
        return _("The newsroom has withdrawn this article. It no longer stands by its text.")


@transaction.atomic
def withdraw_article(
    *,
    article: ArticlePage,
    by: StaffMember | None,
    reason: str,
    keep_notice: bool,
    notice: str = "",
    seen: int | None = None,
) -> Withdrawal:
    """Take `article` back and return the withdrawal: right after the commit nothing of it is served any more.

    Its page and addresses, its discussion, and the pictures, recordings and documents that nothing else shows answer
    410; lists, feeds and sitemaps forget it, links to drafts of it end, what was scheduled is not. `reason` is for the
    newsroom's log alone. `notice` is what readers are told with `keep_notice`; empty: the usual sentence in the
    article's language. Withdrawn already: reason and notice are exchanged. Publishing it again undoes all of it. `seen`
    is the key of the withdrawal that the member knows to be in force, 0 for none, None for whoever does not mind.

    Raises WithdrawalError without a reason or for what was never public, WithdrawnMeanwhile where `seen` is outdated,
    PermissionDenied for who may not (`by` None is the program itself). A crash before the commit changes nothing; after
    it the rest is done by whoever lives.
    """
    reason, notice = reason.strip(), notice.strip()
    if len(reason) < REASON_LEAST_CHARACTERS:
        raise WithdrawalError(_("Say in a few words why the article is withdrawn; only the newsroom reads it."))
    if len(notice) > NOTICE_LENGTH:
        raise WithdrawalError(_("The notice is longer than %(count)d characters.") % {"count": NOTICE_LENGTH})
    article = ArticlePage.objects.select_for_update().get(pk=article.pk)
    if by is not None and not may_withdraw(by, article):
        raise PermissionDenied
    if not was_public(article):
        raise WithdrawalError(_("This article was never public, so there is nothing to withdraw."))
    now = timezone.now()
    lists = sorted(lists_of(article)) if article.live else []
    before = Withdrawal.objects.in_force().filter(article_pk=article.pk).first()
    if seen is not None and seen != (before.pk if before else 0):
        raise WithdrawnMeanwhile(
            _("Somebody else was faster. Nothing of yours was stored; look at what stands here now, then decide.")
        )
    Withdrawal.objects.in_force().filter(article_pk=article.pk).update(ended_on=now)
    withdrawal = Withdrawal.objects.create(
        article=article,
        article_pk=article.pk,
        language=article.language,
        lists=lists or (before.lists if before else []),
        withdrawn_by=by,
        withdrawn_on=before.withdrawn_on if before else now,
        reason=reason,
        notice=(notice or usual_notice(article.language)) if keep_notice else "",
    )
    if before is not None:
        before.addresses.update(withdrawal=withdrawal)
    _stop_what_would_publish(article, by)
    if article.live:
        article.unpublish(user=by, log_action=False)  # lists, files and pages follow as with every unpublishing
    else:
        withhold_files(article=article)
        leave_address(page=article)
    remember_addresses([path for path in [article.get_url() or ""] if path], withdrawal)
    # Addresses that only pointed to it tell its notice too, from this moment on.
    mark_stale({keys.article_key(article.pk)})
    for share in article.shares.open_at(now):
        revoke_share(share=share, by=by)
    log(
        instance=article,
        action=WITHDRAWN,
        user=by,
        data={"reason": reason, "notice": withdrawal.notice, "is_change": before is not None},
    )
    article_withdrawn.send(sender=ArticlePage, article=article, by=by, at=withdrawal.withdrawn_on)
    return withdrawal


def is_settled() -> bool:
    """Return whether every file lies where it belongs; False where a disk refused, and a job goes on trying."""
    return not WithheldFile.objects.filter(is_settled=False).exists()


def old_addresses(article: ArticlePage) -> list[str]:
    """Return the paths that lead readers to `article`, the desk's redirects among them."""
    return sorted(Redirect.objects.filter(redirect_page=article.pk).values_list("old_path", flat=True))


def _stop_what_would_publish(article: ArticlePage, by: StaffMember | None) -> None:
    """Let nothing that is under way bring the article back by itself: no schedule, no check that somebody grants."""
    article.revisions.update(approved_go_live_at=None)
    state = article.current_workflow_state
    if settings.WAGTAIL_WORKFLOW_ENABLED and state is not None:
        state.cancel(user=by)
