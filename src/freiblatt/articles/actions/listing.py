"""Verbs of lists: put an article into the lists where it belongs, take it out, tell the pages that show them."""

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from freiblatt.articles import keys
from freiblatt.articles.actions.redirecting import leave_address, leave_addresses_for_good, take_address
from freiblatt.articles.actions.withholding import release_files, withhold_files, withhold_unshown
from freiblatt.articles.belongings import belongings_of
from freiblatt.articles.models import ArticlePage, Listing, Withdrawal
from freiblatt.articles.models.listing import (
    author_list,
    key_of_list,
    latest_list,
    month_list,
    section_list,
    topic_list,
)
from freiblatt.articles.signals import article_deleted, article_published, article_unpublished
from freiblatt.pagestore.actions import mark_stale

#: Under this name an article's history records that a withdrawn article is public again.
WITHDRAWAL_ENDED = "articles.withdrawal_ended"


def lists_of(article: ArticlePage) -> set[str]:
    """Return the names of the lists in which `article` stands when it is public."""
    language = article.language
    names = {latest_list(language)}
    if article.published_on:
        names.add(month_list(article.published_on, language))
    if article.section_id:
        names.add(section_list(article.section_id))
    names |= {author_list(byline.author_id, language) for byline in article.bylines.all()}
    return names | {topic_list(topic.pk) for topic in article.topics.all()}


@transaction.atomic
def list_article(*, article: ArticlePage) -> None:
    """Put `article`, as it is in memory, into exactly the lists where it belongs; none while it is not public.

    Marks stale what showed it and what shows it now, and announces what happened.
    """
    was_public, is_public = _put_into_lists(article)
    if is_public:
        release_files(shown_by=article)
        if not was_public:
            end_withdrawal(article=article)
        article_published.send(sender=ArticlePage, article=article, is_new=not was_public)
    elif was_public:
        withhold_files(article=article)
        article_unpublished.send(sender=ArticlePage, article=article)


def _put_into_lists(article: ArticlePage) -> tuple[bool, bool]:
    """Return whether `article` stood in lists and whether it does now."""
    before = dict(Listing.objects.filter(article=article).values_list("name", "listed_on"))
    is_public = article.live and article.published_on is not None
    wanted = lists_of(article) if is_public else set()
    gone = {name for name, listed_on in before.items() if name not in wanted or listed_on != article.published_on}
    if gone:
        Listing.objects.filter(article=article, name__in=gone).delete()
    Listing.objects.bulk_create(
        Listing(article=article, name=name, listed_on=article.published_on)  # type: ignore[misc]  # public: has a date
        for name in sorted(wanted - (before.keys() - gone))
    )
    if not before and not is_public:
        return False, False
    mark_stale(_keys_of_change(article, {*before, *wanted}))
    if is_public:
        take_address(page=article)
    else:
        leave_address(page=article)
    return bool(before), is_public


@transaction.atomic
def forget_article(*, article: ArticlePage) -> None:
    """Mark stale what shows `article`, whose row is about to go, and announce it."""
    names = Listing.objects.filter(article=article).values_list("name", flat=True)
    if article.live:
        belongings = belongings_of(article)
        withhold_files(article=article)
        # Articles that go in one go still see each other.
        transaction.on_commit(partial(withhold_unshown, things=belongings), robust=True)
    leave_addresses_for_good(page=article)
    mark_stale(_keys_of_change(article, names))
    article_deleted.send(sender=ArticlePage, article=article)


def end_withdrawal(*, article: ArticlePage) -> None:
    """Let the notice of `article`, which is public again, say nothing any more."""
    if Withdrawal.objects.in_force().filter(article_pk=article.pk).update(ended_on=timezone.now()):
        log(instance=article, action=WITHDRAWAL_ENDED)


def relist_all() -> int:
    """Put every article into its lists anew and return how many there were; after a change of the time zone.

    Announces nothing: no article was published by it.
    """
    count = 0
    articles = ArticlePage.objects.select_related("locale").prefetch_related("bylines", "topics").defer("body")
    for article in articles.order_by("pk").iterator(chunk_size=500):
        with transaction.atomic():
            _put_into_lists(article)
        count += 1
    return count


def _keys_of_change(article: ArticlePage, names: Iterable[str]) -> set[str]:
    others = ArticlePage.objects.filter(translation_key=article.translation_key).values_list("pk", flat=True)
    return {
        keys.article_key(article.pk),
        *(key_of_list(name) for name in names),
        # Its translations name its address.
        *(keys.article_key(pk) for pk in others),
    }
