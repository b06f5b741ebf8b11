"""The languages in which the publication appears, and the links between what means the same in them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from wagtail.models import Locale, Page

if TYPE_CHECKING:
    from wagtail.models import TranslatableMixin


@dataclass(frozen=True)
class LanguageLink:
    """Where the same thing is told in one language."""

    language_code: str
    language_name: str
    url: str
    is_current: bool


def current_locale() -> Locale:
    """Return the locale of the active language, which the address decided. Raises Locale.DoesNotExist."""
    return Locale.objects.get(language_code=translation.get_language())


def language_of(thing: "TranslatableMixin") -> str:
    """Return the code of the language of a page or a topic."""
    return thing.locale.language_code


def links_between_pages(page: Page) -> list[LanguageLink]:
    """Return the public translations of `page` as links, in the order of the settings."""
    others = (
        Page.objects.filter(translation_key=page.translation_key, live=True)
        .exclude(pk=page.pk)
        .select_related("locale")
        .only("url_path", "live", "locale__language_code", "translation_key")
    )
    found = {other.locale.language_code: other.get_url() or "" for other in others}
    return _links(found)


def links_between_topics(topic: Any) -> list[LanguageLink]:
    """Return the translations of `topic` as links, in the order of the settings."""
    others: QuerySet = topic.get_translations().select_related("locale")
    found = {other.locale.language_code: other.get_absolute_url() for other in others}
    return _links(found)


def links_between_addresses(address: Callable[[], str]) -> list[LanguageLink]:
    """Return what `address` returns in each other language, as links; for pages that exist in every language."""
    found = {}
    for code, _name in settings.LANGUAGES:
        if code != translation.get_language():
            with translation.override(code):
                found[code] = address()
    return _links(found)


def addresses_in_all_languages(address: Callable[[], str]) -> list[str]:
    """Return what `address` returns in each language of the publication, in the order of the settings."""
    found = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.append(address())
    return found


def _links(urls: dict[str, str]) -> list[LanguageLink]:
    current = translation.get_language()
    return [
        LanguageLink(
            language_code=code,
            language_name=translation.get_language_info(code)["name_local"],
            url=urls[code],
            is_current=code == current,
        )
        for code, _name in settings.LANGUAGES
        if urls.get(code)
    ]
