"""What readers hear at an address where something stood."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from wagtail.contrib.redirects.models import Redirect

from freiblatt.articles import keys
from freiblatt.articles.models.removed import RemovedAddress
from freiblatt.articles.models.withdrawals import Withdrawal

#: A section and an article; what lies above is no article's.
LEAST_SEGMENTS = 2


@dataclass(frozen=True)
class Gone:
    """Something that was public and is no more. Without a withdrawal, everything but the first field is empty."""

    #: Whether it stood at the very address, not above it.
    is_exact: bool
    notice: str = ""
    language: str = ""
    withdrawn_on: datetime | None = None
    article_pk: int | None = None

    def store_keys(self) -> list[str]:
        """Return the keys of what changes what readers hear here."""
        return [keys.article_key(self.article_pk)] if self.article_pk else []


def gone_at(path: str) -> Gone | None:
    """Return what stood at `path`, or what stood above it where that was an article; None where nothing did.

    None too where a redirect leads on to something that is there. Two queries, a third where an old address of an
    article is asked for.
    """
    if "\0" in path:
        return None
    paths = [one[: RemovedAddress.MAX_LENGTH] for one in (path, *_addresses_above(path))]
    rows = {row.path: row for row in RemovedAddress.objects.filter(path__in=paths).select_related("withdrawal")}
    normal = {one: Redirect.normalise_path(one) for one in paths}
    redirects = {
        redirect.old_path: redirect
        for redirect in Redirect.objects.filter(old_path__in=normal.values()).select_related("redirect_page")
    }
    for one in paths:
        redirect = redirects.get(normal[one])
        if redirect is not None:
            page = redirect.redirect_page
            if page is None or page.live:
                return None
            withdrawal = Withdrawal.objects.in_force().filter(article_pk=page.pk).first()
            # Leading on would only tell the new address, which may say what was withdrawn.
            return _gone(withdrawal, is_exact=one == path) if withdrawal or page.first_published_at else None
        if one in rows:
            return _gone(rows[one].withdrawal, is_exact=one == path)
    return None


def _gone(withdrawal: Withdrawal | None, *, is_exact: bool) -> Gone:
    if withdrawal is None or withdrawal.ended_on is not None:
        return Gone(is_exact)
    return Gone(
        is_exact,
        notice=withdrawal.notice,
        language=withdrawal.language,
        withdrawn_on=withdrawal.withdrawn_on,
        article_pk=withdrawal.article_pk,
    )


def _addresses_above(path: str) -> list[str]:
    """Return the addresses above `path` that may be an article's, nearest first: its discussion goes with it."""
    segments = path.strip("/").split("/")
    least = LEAST_SEGMENTS + (segments[0] in dict(settings.LANGUAGES))
    # Nothing of ours lies deeper below an article than the slices of its discussion.
    return [f"/{'/'.join(segments[:count])}/" for count in range(min(len(segments) - 1, least + 4), least - 1, -1)]
