"""Verbs of the room: who works here."""

from freiblatt.newsroom.actions.staff import RoleError, found_owner, give_roles, is_last_owner, one_time_link

__all__ = ["RoleError", "found_owner", "give_roles", "is_last_owner", "one_time_link"]
