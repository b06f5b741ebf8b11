"""Verbs of the room: who works here, and how they get in."""

from freiblatt.newsroom.actions.addresses import (
    AddressError,
    ask_for_address,
    ask_for_new_password,
    change_address,
    confirm_address,
    send_password_link,
)
from freiblatt.newsroom.actions.closing import close_all_doors
from freiblatt.newsroom.actions.factors import (
    CodeError,
    check_code,
    has_second_factor,
    lacks_second_factor,
    may_remove_factor,
    needs_second_factor,
    reset_factors,
)
from freiblatt.newsroom.actions.letters import language_of, tell
from freiblatt.newsroom.actions.links import (
    INVITATION_DAYS,
    LinkError,
    find_link,
    make_link,
    one_time_link,
    revoke_links,
    revoke_ways_in,
    use_link,
)
from freiblatt.newsroom.actions.passwords import change_password
from freiblatt.newsroom.actions.sessions import end_session, end_sessions, recognise_device
from freiblatt.newsroom.actions.staff import (
    RoleError,
    StaffError,
    deactivate,
    delete_member,
    found_owner,
    give_roles,
    invite,
    invite_again,
    reactivate,
)

__all__ = [
    "INVITATION_DAYS",
    "AddressError",
    "CodeError",
    "LinkError",
    "RoleError",
    "StaffError",
    "ask_for_address",
    "ask_for_new_password",
    "change_address",
    "change_password",
    "check_code",
    "close_all_doors",
    "confirm_address",
    "deactivate",
    "delete_member",
    "end_session",
    "end_sessions",
    "find_link",
    "found_owner",
    "give_roles",
    "has_second_factor",
    "invite",
    "invite_again",
    "lacks_second_factor",
    "language_of",
    "make_link",
    "may_remove_factor",
    "needs_second_factor",
    "one_time_link",
    "reactivate",
    "recognise_device",
    "reset_factors",
    "revoke_links",
    "revoke_ways_in",
    "send_password_link",
    "tell",
    "use_link",
]
