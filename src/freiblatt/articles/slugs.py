"""The desk's field for an address."""

from typing import Any

from wagtail.admin.widgets import SlugInput

from freiblatt.lib.slugs import GERMAN


class AddressInput(SlugInput):
    """Follows the title while it is typed, and spells umlauts out as the actions do."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, formatters=list(GERMAN.items()))
