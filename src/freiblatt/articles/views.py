"""Lists of articles that are no pages of the tree."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from freiblatt.articles.models import Author, Topic


def author(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with an author's page."""
    return render(request, "theme/plain.html", {"author": get_object_or_404(Author, slug=slug)})


def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with a topic's page."""
    return render(request, "theme/plain.html", {"topic": get_object_or_404(Topic, slug=slug)})
