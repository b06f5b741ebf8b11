"""Words of libraries that our screens show and that the library itself leaves untranslated.

Nothing imports this module. The catalogues are collected from it, and ours come before those of the libraries.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

WAGTAILMEDIA = (
    gettext_noop("media items"),
    gettext_noop("Field"),
    gettext_noop("(Private %s)"),
    gettext_noop("Edit this %s"),
    ngettext_lazy(
        '<span>%(total)s</span> Media file <span class="visuallyhidden w-sr-only">created in %(site_name)s</span>',
        '<span>%(total)s</span> Media files <span class="visuallyhidden w-sr-only">created in %(site_name)s</span>',
        0,
    ),
)
TAGGIT = (gettext_noop("tags"), gettext_noop("Taggit"))
