"""Feeds, sitemaps and the small text files that machines ask for."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe
from wagtail.contrib.redirects.middleware import get_redirect

from freiblatt.config import current
from freiblatt.feeds import atom, json_feed, sitemaps
from freiblatt.feeds.channels import (
    Channel,
    author_channel,
    publication_channel,
    section_channel,
    topic_channel,
)
from freiblatt.feeds.entries import entries, tombstones
from freiblatt.lib.addresses import absolute
from freiblatt.pagestore.actions import keep

#: RFC 9116 wants a date not too far ahead; the file is made anew long before.
SECURITY_TXT_DAYS = 180


def _answer(request: HttpRequest, format: str, find: Callable[..., Channel], *names: str) -> HttpResponse:  # noqa: A002
    """Answer with the feed that `find` finds, or lead to where it stands now. Raises Http404."""
    try:
        channel = find(translation.get_language(), *names)
    except ObjectDoesNotExist as error:
        if new_address := _new_address(request):
            return HttpResponsePermanentRedirect(new_address)
        raise Http404(str(error)) from error
    found = entries(channel.articles)
    if format == "json":
        response = HttpResponse(json_feed.write(channel, found), content_type=json_feed.CONTENT_TYPE)
    else:
        gone = tombstones(channel.list_name, channel.language)
        response = HttpResponse(atom.write(channel, found, gone), content_type=atom.FullTextFeed.content_type)
    return keep(response, keys=[*channel.keys, *(key for entry in found for key in entry.keys)])


def _new_address(request: HttpRequest) -> str:
    """Return where the feed asked for stands since the address of its page changed; "" where nothing is known of it.

    Redirects that the desk made by hand lead from one page to another, which need not have a feed.
    """
    page_path, slash, name = request.path.rpartition("/")
    redirect = get_redirect(request, page_path)
    if redirect is None or not redirect.automatically_created or not redirect.link:
        return ""
    return f"{redirect.link.rstrip('/')}{slash}{name}"


@require_safe
def publication_feed(request: HttpRequest, format: str) -> HttpResponse:  # noqa: A002
    """Answer with the feed of everything in the address's language."""
    return _answer(request, format, publication_channel)


@require_safe
def section_feed(request: HttpRequest, section: str, format: str) -> HttpResponse:  # noqa: A002
    """Answer with a section's feed."""
    return _answer(request, format, section_channel, section)


@require_safe
def author_feed(request: HttpRequest, slug: str, format: str) -> HttpResponse:  # noqa: A002
    """Answer with an author's feed."""
    return _answer(request, format, author_channel, slug)


@require_safe
def topic_feed(request: HttpRequest, slug: str, format: str) -> HttpResponse:  # noqa: A002
    """Answer with a topic's feed."""
    return _answer(request, format, topic_channel, slug)


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """Answer with the index of all sitemaps."""
    response = render(
        request, "feeds/sitemap_index.xml", {"parts": sitemaps.parts()}, content_type="application/xml; charset=utf-8"
    )
    return keep(response, keys=_all_latest())


@require_safe
def sitemap(request: HttpRequest, number: int) -> HttpResponse:
    """Answer with one sitemap of at most `sitemaps.PART_SIZE` addresses."""
    addresses = sitemaps.addresses(number)
    if addresses is None:
        raise Http404
    response = render(
        request, "feeds/sitemap.xml", {"addresses": addresses}, content_type="application/xml; charset=utf-8"
    )
    # It tells when each page changed last, the front pages too; sections and plain pages change with `site`.
    return keep(response, keys=[*_all_latest(), *(f"front:{code}" for code, _name in settings.LANGUAGES)])


@require_safe
def news_sitemap(request: HttpRequest) -> HttpResponse:
    """Answer with the articles of the last two days, as news search engines want them."""
    now = timezone.now()
    news = sitemaps.news(now)
    response = render(
        request,
        "feeds/news_sitemap.xml",
        {"news": news, "publication": sitemaps.publication_name()},
        content_type="application/xml; charset=utf-8",
    )
    until = min((item.published_on for item in news), default=now) + sitemaps.NEWS_AGE
    return keep(response, keys=_all_latest(), until=until)


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Answer with what crawlers may ask, and where the sitemap is."""
    response = render(
        request,
        "feeds/robots.txt",
        {"sitemap": absolute(reverse("sitemap_index")), "news": absolute(reverse("news_sitemap"))},
        content_type="text/plain; charset=utf-8",
    )
    return keep(response, keys=["site"])


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Answer with whom to tell about a hole (RFC 9116); 404 where the operator named nobody."""
    contact = current().security_contact
    if not contact:
        raise Http404
    now = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {contact}",
        f"Expires: {(now + timedelta(days=SECURITY_TXT_DAYS)).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        f"Preferred-Languages: {', '.join(code for code, _name in settings.LANGUAGES)}",
        f"Canonical: {absolute(request.path)}",
    ]
    response = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    return keep(response, keys=["site"], until=now + timedelta(days=30))


def _all_latest() -> list[str]:
    return ["site", *(f"latest:{code}" for code, _name in settings.LANGUAGES)]
