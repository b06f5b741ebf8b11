"""Who writes the letters: the publication, as the desk has set it."""

from django.conf import settings

from freiblatt.letters.sender import Sender
from freiblatt.lib.addresses import absolute
from freiblatt.newsroom.models import PublicationSettings


def find(language: str) -> Sender:
    """Return name, imprint and colours for letters in `language`; what is empty there is the main language's."""
    publication = PublicationSettings.load()
    texts = {text.locale.language_code: text for text in publication.texts.select_related("locale", "imprint_page")}
    wanted = [texts[code] for code in (language, settings.LANGUAGE_CODE) if code in texts]
    page = next((text.imprint_page for text in wanted if text.imprint_page and text.imprint_page.live), None)
    url = page.url if page else None
    return Sender(
        name=publication.name or settings.WAGTAIL_SITE_NAME,
        tagline=next((text.tagline for text in wanted if text.tagline), ""),
        imprint=next((text.imprint for text in wanted if text.imprint), ""),
        imprint_url=absolute(url) if url else "",
        accent_light=publication.accent_light,
        accent_dark=publication.accent_dark,
    )
