"""A newsroom as a process of its own: reads commands on standard input, one a line in JSON, and answers likewise.

`python -m tests.deploy.newsroom`. It changes the publication by the product's own actions, as the desk does.
"""

from typing import Any

from tests.commands import carry_out


def fill() -> dict[str, Any]:
    """Fill the publication; return addresses: of an article, of one removed, one moved, of a picture and a document."""
    from django.db import transaction

    from freiblatt.articles.actions import publish_article, unpublish_article, write_article
    from freiblatt.articles.models import Picture
    from tests.cast import make_owner
    from tests.factories import make_article, make_author, make_section
    from tests.pictures import make_picture

    with transaction.atomic():
        make_owner()
        author, section, section_in_english = make_author(), make_section(), make_section(language="en", title="Europe")
        picture: Picture = make_picture()
        facts: dict[str, Any] = {"section": section, "authors": [author], "standfirst": "Was geschah. " * 80}
        make_article(**facts)
        make_article(section=section_in_english, title="A harbour is sold", authors=[author])
        removed, moved = make_article(title="Fort", **facts), make_article(title="Umgezogen", **facts)
    unpublish_article(article=removed)
    bylines = [(author, "text")]
    publish_article(
        article=write_article(section=section, article=moved, title="Umgezogen", slug="angekommen", bylines=bylines)
    )
    return {"picture": picture.files.get().file.url}


def rename(title: str) -> dict[str, Any]:
    """Give the article another headline; when this returns, the change is public."""
    from freiblatt.articles.actions import publish_article, write_article
    from freiblatt.articles.models import ArticlePage

    article = ArticlePage.objects.get(slug="ein-hafen-wird-verkauft")
    bylines = [(byline.author, byline.role) for byline in article.bylines.all()]
    publish_article(article=write_article(section=article.section, article=article, title=title, bylines=bylines))
    return {}


def discuss() -> dict[str, Any]:
    """Tell those who follow the discussion of the article that something happened; return its channel."""
    from freiblatt.articles.models import ArticlePage
    from freiblatt.discussion.actions import open_thread
    from freiblatt.pagestore.actions import announce

    thread = open_thread(article=ArticlePage.objects.get(slug="ein-hafen-wird-verkauft"))
    announce(channel=thread.key, kind="comment", ref=1, counts={"comments": 1})
    return {"channel": thread.key}


def session() -> dict[str, Any]:
    """Return a Cookie header of a staff member who is signed in."""
    from django.conf import settings
    from django.test import Client

    from freiblatt.newsroom.models import StaffMember

    client = Client()
    client.force_login(StaffMember.objects.get())
    return {"cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"}


def failed_log_ins() -> dict[str, Any]:
    """Return the network addresses from which signing in has failed."""
    from axes.models import AccessAttempt

    return {"addresses": sorted(AccessAttempt.objects.values_list("ip_address", flat=True))}


if __name__ == "__main__":
    carry_out(fill, rename, discuss, session, failed_log_ins)
