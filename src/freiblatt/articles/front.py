"""What stands on the front page, and in which order: the desk's choice over the latest."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from freiblatt.articles import keys, parts
from freiblatt.articles.lists import articles_in_order, newest_of_lists
from freiblatt.articles.models.front import FrontPage, SlotSize
from freiblatt.articles.models.listing import Listing, latest_list, section_list
from freiblatt.articles.models.order import in_tree_order
from freiblatt.articles.models.section import SectionPage
from freiblatt.articles.teasers import Teaser, make_teasers

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What the desk has not chosen is filled up: one lead, two seconds beside it.
SECONDS = 2
#: Two rows of headlines under the lead; what is older stands in its section's box and in the archive.
LATEST = 6
#: A section's box on the front page: its newest headlines.
SECTION_LENGTH = 3
#: What a reader is offered who came to an address that is not ours.
ERROR_LATEST = 5


@dataclass(frozen=True)
class FrontSection:
    """A section with its newest articles that stand nowhere else on the front page."""

    section: SectionPage
    teasers: list[Teaser]


def front_context(page: FrontPage) -> dict[str, Any]:
    """Return what the front page shows; no article stands on it twice. Costs a fixed number of queries.

    A slot whose article is not public vanishes. Without a lead, or with it gone, the newest article leads.
    """
    language = page.language
    slots = sorted(page.slots.all(), key=lambda slot: slot.sort_order or 0)
    below = in_tree_order(SectionPage, live=True, depth=page.depth + 1)
    sections = [section for section in below if section.path.startswith(page.path)]
    chosen = list(dict.fromkeys(slot.article_id for slot in slots))
    public = set(
        Listing.objects.filter(name=latest_list(language), article_id__in=chosen).values_list("article_id", flat=True)
    )
    # Enough of each list that what stands elsewhere on the page can be left out.
    spare = len(public) + 1 + SECONDS + LATEST
    newest = newest_of_lists(
        [latest_list(language), *(section_list(section.pk) for section in sections)], spare + SECTION_LENGTH
    )
    slotted = [slot for slot in slots if slot.article_id in public]
    offered = {slot.article_id for slot in slotted} | {pk for pks in newest.values() for pk in pks}
    # Its time has run out, and the job that takes it out of the lists comes within a minute.
    expired = set(Page.objects.filter(pk__in=offered, expire_at__lte=timezone.now()).values_list("pk", flat=True))
    used = set(expired)

    def take(pks: "Iterable[int]", count: int | None = None) -> list[int]:
        taken: list[int] = []
        for pk in pks:
            if count is not None and len(taken) == count:
                break
            if pk not in used:
                used.add(pk)
                taken.append(pk)
        return taken

    leads = [slot.article_id for slot in slotted if slot.size == SlotSize.LEAD]
    latest = newest[latest_list(language)]
    # The desk's places come first: what it wants as a brief must not be used up as the newest lead.
    by_hand = {slot.article_id for slot in slotted}
    lead = take(leads, 1) or take([pk for pk in latest if pk not in by_hand], 1) or take(by_hand, 1)
    seconds = take([*leads, *(slot.article_id for slot in slotted if slot.size == SlotSize.SECOND)])
    briefs = take(slot.article_id for slot in slotted if slot.size == SlotSize.BRIEF)
    seconds += take(latest, max(0, SECONDS - len(seconds)))
    newest_ones = take(latest, LATEST)
    boxes = [(section, take(newest[section_list(section.pk)], SECTION_LENGTH)) for section in sections]
    # Places are given by numbers; only what stands on the page is fetched.
    shown = make_teasers(
        articles_in_order(sorted(used - expired)), {slot.article_id: slot.headline for slot in slotted if slot.headline}
    )
    teasers = {teaser.article.pk: teaser for teaser in shown}

    def tell(pks: "Iterable[int]") -> list[Teaser]:
        return [teasers[pk] for pk in pks if pk in teasers]

    for section in sections:
        section.locale = page.locale
    return {
        "lead": next(iter(tell(lead)), None),
        "seconds": tell(seconds),
        "briefs": tell(briefs),
        "latest": tell(newest_ones),
        "sections": [FrontSection(section, tell(pks)) for section, pks in boxes if tell(pks)],
        "archive_url": reverse("archive"),
        "feed_url": f"{page.get_url() or '/'}feed.atom",
        "store_keys": [key for teaser in shown for key in parts.keys_of_parts("page", "byline", teaser.article)],
        "store_until": min((t.article.expire_at for t in shown if t.article.expire_at), default=None),
    }


def error_context(language: str) -> dict[str, Any]:
    """Return what helps a reader on who found nothing: `latest` teasers and `sections` (pages).

    With `store_keys` and `store_until`, for the few of these answers that are kept.
    """
    pks = newest_of_lists([latest_list(language)], ERROR_LATEST)[latest_list(language)]
    latest = make_teasers(articles_in_order(pks))
    return {
        "store_keys": {keys.SITE, keys.latest_key(language), *(keys.article_key(one.article.pk) for one in latest)},
        "store_until": min((one.article.expire_at for one in latest if one.article.expire_at), default=None),
        "latest": latest,
        "sections": in_tree_order(SectionPage, live=True, locale__language_code=language),
    }
