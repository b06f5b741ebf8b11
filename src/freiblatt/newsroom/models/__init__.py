"""Staff members, the publication's settings, its menus."""

from freiblatt.newsroom.models.entrance import KnownDevice, LinkPurpose, OneTimeLink
from freiblatt.newsroom.models.people import StaffMember, StaffMemberManager
from freiblatt.newsroom.models.publication import (
    LEAST_CONTRAST,
    PAPER_DARK,
    PAPER_LIGHT,
    BodyFont,
    Menu,
    MenuItem,
    MenuPlace,
    PublicationSettings,
    PublicationText,
    PublicationWords,
    SecondPerson,
)

__all__ = [
    "LEAST_CONTRAST",
    "PAPER_DARK",
    "PAPER_LIGHT",
    "BodyFont",
    "KnownDevice",
    "LinkPurpose",
    "Menu",
    "MenuItem",
    "MenuPlace",
    "OneTimeLink",
    "PublicationSettings",
    "PublicationText",
    "PublicationWords",
    "SecondPerson",
    "StaffMember",
    "StaffMemberManager",
]
