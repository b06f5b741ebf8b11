"""Lists of articles that are no pages of the tree."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from freiblatt.articles import keys
from freiblatt.articles.archive import archive_years, neighbour_urls, noon_of
from freiblatt.articles.languages import current_locale, links_between_addresses, links_between_topics
from freiblatt.articles.lists import MONTH_LENGTH, ListPage, list_page
from freiblatt.articles.models import Author, Listing, Topic
from freiblatt.articles.models.listing import author_list, month_list, topic_list
from freiblatt.pagestore.actions import keep


@require_safe
def author(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with an author's page: who it is, and what the author wrote in the active language."""
    found = get_object_or_404(Author.objects.select_related("portrait").prefetch_related("portrait__files"), slug=slug)
    locale = current_locale()
    url = found.get_absolute_url()
    page = list_page(author_list(found.pk, locale.language_code), url=url, before=request.GET.get("before", ""))
    context = {
        "author": found,
        "text": found.texts.filter(locale=locale).first(),
        "translations": links_between_addresses(found.get_absolute_url),
    }
    return _list_answer(request, "theme/author.html", context, page=page, url=url, key=keys.author_key(found.pk))


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with the page of a topic of the active language."""
    found = get_object_or_404(
        Topic.objects.select_related("picture", "locale").prefetch_related("picture__files"),
        slug=slug,
        locale__language_code=translation.get_language(),
    )
    url = found.get_absolute_url()
    page = list_page(topic_list(found.pk), url=url, before=request.GET.get("before", ""))
    context = {"topic": found, "translations": links_between_topics(found)}
    return _list_answer(request, "theme/topic.html", context, page=page, url=url, key=keys.topic_key(found.pk))


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """Answer with all months in which something was published in the active language."""
    from django.urls import reverse

    language = translation.get_language()
    context = {
        "page_title": translation.gettext("Archive"),
        "years": archive_years(language),
        "canonical_url": reverse("archive"),
        "translations": links_between_addresses(lambda: reverse("archive")),
    }
    response = render(request, "theme/archive.html", context)
    return keep(response, keys=[keys.SITE, keys.latest_key(language)])


@require_safe
def archive_month(request: HttpRequest, year: str, month: str) -> HttpResponse:
    """Answer with the articles of a month, newest first; 404 where there are none."""
    try:
        first_day = date(int(year), int(month), 1)
    except ValueError:
        raise Http404("No such month.") from None
    language = translation.get_language()
    name = month_list(noon_of(first_day), language)
    if not Listing.objects.filter(name=name).exists():
        raise Http404("Nothing was published in this month.")
    page = list_page(name, url=request.path, before=request.GET.get("before", ""), length=MONTH_LENGTH)
    previous_url, next_url = neighbour_urls(first_day, language)
    context = {
        "page_title": date_format(first_day, "YEAR_MONTH_FORMAT"),
        "month": first_day,
        "previous_month_url": previous_url,
        "next_month_url": next_url,
    }
    return _list_answer(
        request, "theme/archive_month.html", context, page=page, url=request.path, key=keys.latest_key(language)
    )


def _list_answer(
    request: HttpRequest, template: str, context: dict[str, Any], *, page: ListPage, url: str, key: str
) -> HttpResponse:
    context |= {
        "teasers": page.teasers,
        "older_url": page.older_url,
        "newer_url": page.newer_url,
        "canonical_url": page.canonical(url),
    }
    if "month" not in context:
        context["feed_url"] = f"{url}feed.atom"
    response = render(request, template, context)
    return keep(response, keys=[keys.SITE, key, *page.keys()], until=page.until()) if page.is_stable else response
