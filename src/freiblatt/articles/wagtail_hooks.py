"""The room's additions to the editor's side."""

from django.templatetags.static import static
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from wagtail import hooks

from freiblatt.articles import (  # noqa: F401 (register themselves)
    desk_checking,
    desk_links,
    desk_publishing,
    desk_sharing,
    desk_snippets,
    desk_start,
    desk_versions,
    desk_withdrawing,
    file_views,
)


@hooks.register("register_admin_urls")
def picture_addresses() -> list[URLPattern]:
    """Return addresses at which staff see originals and renditions."""
    return [
        path("pictures/<int:picture_pk>/original/", file_views.original, name="articles_original"),
        path("pictures/renditions/<int:rendition_pk>/", file_views.rendition, name="articles_rendition"),
    ]


@hooks.register("insert_editor_js")
def mend_autosave() -> SafeString:
    """Return the scripts that let the editor save what is typed before it begins to watch, and every page once."""
    scripts = ("articles/desk/typed-early.js", "articles/desk/one-save.js")
    return format_html_join("", '<script type="module" src="{}"></script>', ([static(name)] for name in scripts))
