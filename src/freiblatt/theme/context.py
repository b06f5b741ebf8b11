"""What every template of a reader's page knows: the publication, its menus, the languages."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from freiblatt.articles.languages import LanguageLink
from freiblatt.articles.models import FrontPage, PlainPage, SectionPage, in_tree_order
from freiblatt.newsroom.models import Menu, MenuPlace, PublicationSettings
from freiblatt.pagestore.actions import remembered
from freiblatt.theme import look

#: The key of name, look and menus, as every page shows them.
SITE_KEY = "site"


@dataclass(frozen=True)
class Publication:
    """Name, texts and look of the publication in the language of the address."""

    name: str
    tagline: str
    description: str
    footer: str
    logo_url: str
    look_url: str
    font: str


@dataclass(frozen=True)
class MenuLink:
    """One link of a menu. `is_current` says that the page, or one below it, is open."""

    label: str
    url: str
    is_current: bool


def publication(request: HttpRequest) -> dict[str, Any]:
    """Return `publication`, `menu_main`, `menu_footer`, `languages`, `home_url`, `canonical_url`, `feed_url`.

    A page's own context may give another `canonical_url` and `feed_url`. Nothing is asked of the database before a
    template uses it, and then for the first request after a change.
    """
    if request.path_info.startswith("/admin/"):
        return {}
    language = translation.get_language() or settings.LANGUAGE_CODE
    home = _home_url()
    menus = SimpleLazyObject(lambda: _once(request, "menus", lambda: _menus(request, language, home)))
    return {
        "publication": SimpleLazyObject(lambda: _once(request, "publication", lambda: _publication(language))),
        "menu_main": SimpleLazyObject(lambda: menus[MenuPlace.MAIN]),
        "menu_footer": SimpleLazyObject(lambda: menus[MenuPlace.FOOTER]),
        "languages": SimpleLazyObject(lambda: _once(request, "languages", lambda: _languages(language))),
        "home_url": home,
        "canonical_url": request.path,
        "feed_url": f"{home}feed.atom",
        "translations": [],
    }


def _once(request: HttpRequest, name: str, make: Any) -> Any:
    """Return what `make` returns, made once for each request, however many templates it takes."""
    made = request.__dict__.setdefault("_publication_context", {})
    if name not in made:
        made[name] = make()
    return made[name]


def _home_url() -> str:
    return reverse("wagtail_serve", args=[""])


def _publication(language: str) -> Publication:
    return remembered(f"publication {language}", keys=[SITE_KEY], make=lambda: _make_publication(language))


def _make_publication(language: str) -> Publication:
    publication_settings = PublicationSettings.load()
    words = publication_settings.in_language(language)
    return Publication(
        name=words.name,
        tagline=words.tagline,
        description=words.description,
        footer=words.footer,
        logo_url=publication_settings.logo.url if publication_settings.logo else "",
        look_url=look.look_url(publication_settings),
        font=publication_settings.font,
    )


def _menus(request: HttpRequest, language: str, home: str) -> dict[str, list[MenuLink]]:
    """Return the links of both places: the desk's menu, else all sections above and all plain pages below."""
    # Addresses name the host where they lead to another one.
    name = f"menus {language} {request.get_host()}"
    found = remembered(name, keys=[SITE_KEY], make=lambda: _make_menus(request, language))
    return {place: [_link(request, home, label, url) for label, url in links] for place, links in found.items()}


def _make_menus(request: HttpRequest, language: str) -> dict[str, list[tuple[str, str]]]:
    """Return label and address of each link of both places."""
    found: dict[str, list[tuple[str, str]]] = {}
    chosen = Menu.objects.filter(locale__language_code=language).prefetch_related("items__page")
    for menu in chosen:
        items = sorted(menu.items.all(), key=lambda item: item.sort_order or 0)
        found[menu.place] = [
            (item.label or item.page.title, item.address or item.page.get_url(request) or "")
            for item in items
            if item.address or item.page.live
        ]
    for place, model in ((MenuPlace.MAIN, SectionPage), (MenuPlace.FOOTER, PlainPage)):
        if place not in found:
            pages = in_tree_order(model, live=True, show_in_menus=True, locale__language_code=language)
            found[place] = [(page.title, page.get_url(request) or "") for page in pages]
    return found


def _link(request: HttpRequest, home: str, label: str, url: str) -> MenuLink:
    is_current = request.path == url or (url.startswith("/") and url != home and request.path.startswith(url))
    return MenuLink(label=label, url=url, is_current=is_current)


def _languages(current: str) -> list[LanguageLink]:
    """Return the front pages of all languages in which one is public, in the order of the settings."""
    codes = set(FrontPage.objects.filter(live=True).values_list("locale__language_code", flat=True))
    found = []
    for code, _name in settings.LANGUAGES:
        if code in codes:
            with translation.override(code):
                url = _home_url()
            name = translation.get_language_info(code)["name_local"]
            found.append(LanguageLink(code, name, url, is_current=code == current))
    return found
