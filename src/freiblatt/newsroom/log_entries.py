"""What the log says of people and their ways in."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry, LogFormatter

from freiblatt.newsroom.models import StaffMember

#: Each action with its name, and the sentence of an entry.
ENTRIES: dict[str, tuple[Promise, Promise]] = {
    "newsroom.invite": (_("Invite"), _("Invited")),
    "newsroom.link": (_("Make a one-time link"), _("One-time link made on the server")),
    "newsroom.join": (_("Accept the invitation"), _("Invitation accepted")),
    "newsroom.revoke": (_("Revoke the invitation"), _("Invitation revoked")),
    "newsroom.deactivate": (_("Close the account"), _("Account closed, all sessions ended")),
    "newsroom.reactivate": (_("Open the account again"), _("Account opened again")),
    "newsroom.sign_in": (_("Sign in"), _("Signed in")),
    "newsroom.new_device": (_("Sign in on a new device"), _("Signed in on a new device")),
    "newsroom.end_sessions": (_("End all sessions"), _("All sessions ended")),
    "newsroom.password": (_("Change the password"), _("Password changed")),
    "newsroom.ask_for_password": (_("Ask for a new password"), _("Link for a new password sent")),
    "newsroom.address": (_("Change the mail address"), _("Mail address changed")),
    "newsroom.add_factor": (_("Set up a second factor"), _("Passkey or authenticator app set up")),
    "newsroom.remove_factor": (_("Remove a second factor"), _("Passkey or authenticator app removed")),
    "newsroom.new_codes": (_("Make recovery codes"), _("New recovery codes made")),
    "newsroom.use_recovery_code": (_("Use a recovery code"), _("Signed in with a recovery code")),
    "newsroom.reset_factors": (_("Remove a lost second factor"), _("Lost second factor removed, all sessions ended")),
}


@hooks.register("register_log_actions")
def register_entries(actions: LogActionRegistry) -> None:
    """Let the log know our entries."""
    for action, (label, sentence) in ENTRIES.items():
        actions.register_action(action)(_formatter(label, sentence))


@hooks.register("before_bulk_action")
def change_people_one_by_one(
    request: HttpRequest, action_type: str, objects: Any, action_class_instance: Any
) -> HttpResponse | None:
    """Refuse to change people in heaps: an account is closed with its sessions, and somebody stays an owner."""
    if getattr(action_class_instance, "model", None) is not StaffMember:
        return None
    messages.error(request, gettext("People are changed one by one."))
    return redirect("wagtailusers_users:index")


def _formatter(name: Promise, sentence: Promise) -> type[LogFormatter]:
    class Entry(LogFormatter):
        label = name

        def format_message(self, log_entry: Any) -> str:
            detail = log_entry.data.get("says", "")
            return f"{sentence}: {detail}" if detail else str(sentence)

    return Entry
