"""From where somebody signs in, said as coarsely as a person needs it to recognise the own device."""

import re

from django.http import HttpRequest

from freiblatt.lib.network import cut_address

#: The first that fits counts: browsers name each other in what they say of themselves.
BROWSERS = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/|Opera"),
    ("Vivaldi", r"Vivaldi/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/"),
)
SYSTEMS = (
    ("Android", r"Android"),
    ("iOS", r"iPhone|iPod"),
    ("iPadOS", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X|Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux|X11"),
)


def device_name(user_agent: str) -> str:
    """Return browser and system such as "Firefox, Linux", "" where neither is known."""
    found = (_first(BROWSERS, user_agent), _first(SYSTEMS, user_agent))
    return ", ".join(filter(None, found))


def coarse_address(request: HttpRequest) -> str:
    """Return the first address of the neighbourhood from which a request came, "0.0.0.0" where there is none."""
    return cut_address(request).partition("/")[0] or "0.0.0.0"  # noqa: S104 (nobody listens there)


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in names if re.search(pattern, user_agent)), "")
