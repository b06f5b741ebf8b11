"""Verbs that found a publication."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.models import Collection, Locale, Page, PageLogEntry, Site

from freiblatt.articles.actions.checking import sync_workflow
from freiblatt.articles.models import FrontPage
from freiblatt.newsroom.models import PublicationSettings

#: The name with which migrations of Wagtail's begin the trees of pages and of collections.
ROOT = "Root"


@transaction.atomic
def found_publication(*, name: str, url: str, languages: Sequence[str]) -> FrontPage:
    """Return the front page of a new publication: one front page per language below the tree's root, and the site.

    `languages` begins with the main one. Calling it again changes nothing but what is missing.
    """
    root = Page.get_first_root_node()
    for welcome in root.get_children().filter(slug="home", depth=2):
        if welcome.specific_class is Page:
            welcome_pk = welcome.pk
            welcome.delete()
            # Nobody on the staff did that: it is no news for the log.
            PageLogEntry.objects.filter(page_id=welcome_pk).delete()
    root.refresh_from_db()
    main: FrontPage | None = None
    for code in languages:
        locale, _created = Locale.objects.get_or_create(language_code=code)
        front = FrontPage.objects.filter(locale=locale).first()
        if front is None:
            front = FrontPage(title=name, slug=f"front-{code}", locale=locale)
            if main is not None:
                front.translation_key = main.translation_key
            root.add_child(instance=front)
            root.refresh_from_db()
        main = main or front
    if main is None:
        raise ValueError("A publication has at least one language.")
    with translation.override(languages[0]):
        _name_roots(root)
    parts = urlsplit(url)
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={
            "hostname": parts.hostname or "localhost",
            "port": parts.port or (443 if parts.scheme == "https" else 80),
            "root_page": main,
            "site_name": name,
        },
    )
    # Made here, for otherwise the first reader's page would make it, and be outdated by that.
    PublicationSettings.load()
    sync_workflow()
    return main


def _name_roots(root: Page) -> None:
    """Give what Wagtail calls "Root" a name that a newsroom understands, in its language."""
    if root.title == ROOT:
        root.title = root.draft_title = _("All pages")
        root.save(update_fields=["title", "draft_title"], clean=False)
    files = Collection.get_first_root_node()
    if files is not None and files.name == ROOT:
        files.name = _("All files")
        files.save(update_fields=["name"])
