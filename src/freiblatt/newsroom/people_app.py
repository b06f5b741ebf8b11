"""Wagtail's list of users as our list of people."""

from wagtail.users.apps import WagtailUsersAppConfig


class PeopleConfig(WagtailUsersAppConfig):
    """Wagtail's app with our views."""

    user_viewset = "freiblatt.newsroom.views.staff.StaffViewSet"
