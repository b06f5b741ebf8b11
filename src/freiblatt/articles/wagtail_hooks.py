"""The room's additions to the editor's side."""

from django.templatetags.static import static
from django.urls import URLPattern, path
from django.utils.html import format_html
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
def notice_early_typing() -> SafeString:
    """Return the script that lets the editor save what is typed before it begins to watch."""
    return format_html('<script type="module" src="{}"></script>', static("articles/desk/typed-early.js"))
