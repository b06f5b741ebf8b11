"""What stands on the front page, and in which order: the desk's choice over the latest."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from freiblatt.articles import parts
from freiblatt.articles.lists import articles_in_order, newest_of_lists
from freiblatt.articles.models.front import FrontPage, SlotSize
from freiblatt.articles.models.listing import Listing, latest_list, section_list
from freiblatt.articles.models.section import SectionPage
from freiblatt.articles.teasers import Teaser, make_teasers

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What the desk has not chosen is filled up: one lead, two seconds beside it.
SECONDS = 2
#: Two screens of headlines under the lead; what is older has its section and the archive.
LATEST = 12
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
    sections = list(
        SectionPage.objects.filter(path__startswith=page.path, depth=page.depth + 1, live=True).order_by("path")
    )
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
    wanted = [slot.article_id for slot in slotted] + [pk for pks in newest.values() for pk in pks]
    articles = {article.pk: article for article in articles_in_order(list(dict.fromkeys(wanted)))}
    for section in sections:
        section.locale = page.locale
    teasers = _in_reserve(articles.values(), {slot.article_id: slot.headline for slot in slotted})

    used: set[int] = set()

    def take(pks: "Iterable[int]", count: int | None = None) -> list[Teaser]:
        taken: list[Teaser] = []
        for pk in pks:
            if count is not None and len(taken) == count:
                break
            if pk in teasers and pk not in used:
                used.add(pk)
                taken.append(teasers[pk])
        return taken

    leads = [slot.article_id for slot in slotted if slot.size == SlotSize.LEAD]
    latest = newest[latest_list(language)]
    # The desk's places come first: what it wants as a brief must not be used up as the newest lead.
    by_hand = {slot.article_id for slot in slotted}
    lead = take(leads, 1) or take([pk for pk in latest if pk not in by_hand], 1) or take(by_hand, 1)
    seconds = take([*leads, *(slot.article_id for slot in slotted if slot.size == SlotSize.SECOND)])
    briefs = take(slot.article_id for slot in slotted if slot.size == SlotSize.BRIEF)
    seconds += take(latest, max(0, SECONDS - len(seconds)))
    newest_teasers = take(latest, LATEST)
    boxes = [FrontSection(section, take(newest[section_list(section.pk)], SECTION_LENGTH)) for section in sections]
    shown = [teaser for pk, teaser in teasers.items() if pk in used]
    return {
        "lead": lead[0] if lead else None,
        "seconds": seconds,
        "briefs": briefs,
        "latest": newest_teasers,
        "sections": [box for box in boxes if box.teasers],
        "archive_url": reverse("archive"),
        "feed_url": f"{page.get_url() or '/'}feed.atom",
        "store_keys": [key for teaser in shown for key in parts.keys_of_parts("page", "byline", teaser.article)],
        "store_until": min((t.article.expire_at for t in shown if t.article.expire_at), default=None),
    }


def error_context(language: str) -> dict[str, Any]:
    """Return what helps a reader on who found nothing: `latest` teasers and `sections` (pages)."""
    pks = newest_of_lists([latest_list(language)], ERROR_LATEST)[latest_list(language)]
    return {
        "latest": make_teasers(articles_in_order(pks)),
        "sections": list(SectionPage.objects.filter(live=True, locale__language_code=language).order_by("path")),
    }


def _in_reserve(articles: "Iterable[Any]", headlines: dict[int, str]) -> dict[int, Teaser]:
    return {teaser.article.pk: teaser for teaser in make_teasers(articles, headlines)}
