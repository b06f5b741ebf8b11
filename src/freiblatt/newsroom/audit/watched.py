"""What of this room, and of the libraries below it, is watched. Rooms above say it of their own things."""

from wagtail.contrib.redirects.models import Redirect

from freiblatt.newsroom.audit.watching import watch, watch_deletion
from freiblatt.newsroom.models import Menu, MenuItem, PublicationSettings, PublicationText, StaffMember


def watch_all() -> None:
    """Watch staff members, settings, menus and redirects; called once, when the room is ready."""
    settings = ("name", "logo", "accent_light", "accent_dark", "font", "second_person")
    watch(PublicationSettings, *settings)
    watch(
        PublicationText, "locale", "tagline", "description", "footer", "imprint", "imprint_page", parent="publication"
    )
    watch(Menu, "place", "locale")
    watch(MenuItem, "label", "page", "address", parent="menu")
    watch(StaffMember, "email", "first_name", "last_name", "is_active")
    watch(Redirect, "old_path", "redirect_page", "redirect_link", "is_permanent")
    watch_deletion(StaffMember, Menu, Redirect)
