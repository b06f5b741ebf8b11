"""The room's additions to the editor's side."""

from django.urls import URLPattern, path
from wagtail import hooks

from freiblatt.articles import desk


@hooks.register("register_admin_urls")
def picture_addresses() -> list[URLPattern]:
    """Return addresses at which staff see originals and renditions."""
    return [
        path("pictures/<int:picture_pk>/original/", desk.original, name="articles_original"),
        path("pictures/renditions/<int:rendition_pk>/", desk.rendition, name="articles_rendition"),
    ]
