"""How entries are named and what they say, in the language of whoever reads them."""

from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry, LogFormatter

from freiblatt.newsroom.audit.watching import CHANGED, DELETED
from freiblatt.newsroom.roles import Role


class Plain(LogFormatter):
    """An entry that says what happened, and from where."""

    label: str | Promise = ""
    message: str | Promise = ""

    def format_message(self, log_entry: Any) -> str:
        where = log_entry.data.get("from", "")
        return _("%(what)s, from %(where)s") % {"what": self.message, "where": where} if where else str(self.message)


class FailedSignIn(Plain):
    label = gettext_lazy("Sign-in failed")
    message = gettext_lazy("Sign-in failed")


class LockedOut(Plain):
    label = gettext_lazy("Locked out")
    message = gettext_lazy("Too many failed sign-ins: nobody may try again for a while")


class Deleted(Plain):
    label = pgettext_lazy("log", "Deleted")
    message = pgettext_lazy("log", "Deleted")


class Roles(LogFormatter):
    """Roles that a member was given or that were taken."""

    label = gettext_lazy("Change roles")

    def format_message(self, log_entry: Any) -> str:
        given, taken = (
            ", ".join(str(Role(name).label) for name in log_entry.data.get(verb, ()) if name in Role.values)
            for verb in ("given", "taken")
        )
        said = [
            *([_("Role given: %(roles)s") % {"roles": given}] if given else []),
            *([_("Role taken: %(roles)s") % {"roles": taken}] if taken else []),
        ]
        return "; ".join(said) or str(self.label)


class Changed(LogFormatter):
    """Fields that were changed, from what to what."""

    label = pgettext_lazy("log", "Change")

    def format_message(self, log_entry: Any) -> str:
        of = log_entry.data.get("of", "")
        changes = "; ".join(
            pgettext("log: field, before, after", "%(field)s: %(before)s → %(after)s") % change
            for change in changes_of(log_entry.data)
        )
        return f"{of} – {changes}" if of else changes


def changes_of(data: dict[str, Any]) -> list[dict[str, str]]:
    """Return the changes of an entry as `field`, `before` and `after`, in words of the active language."""
    try:
        model = apps.get_model(data["model"])
    except (LookupError, ValueError, KeyError):
        model = None
    found = []
    for change in data.get("changes", ()):
        field = next((one for one in model._meta.fields if one.name == change["field"]), None) if model else None
        choices = dict(field.flatchoices) if field is not None else {}
        found.append(
            {
                "field": capfirst(str(field.verbose_name)) if field is not None else change["field"],
                **{when: _in_words(change.get(when, ""), choices) for when in ("before", "after")},
            }
        )
    return found


def _in_words(value: str | bool, choices: dict[Any, Any]) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(choices.get(value, value)) or pgettext("log: a field without a value", "empty")


@hooks.register("register_log_actions")
def register_entries(actions: LogActionRegistry) -> None:
    """Let the log know our entries."""
    for action, entry in (
        ("newsroom.sign_in_failed", FailedSignIn),
        ("newsroom.locked_out", LockedOut),
        ("newsroom.roles", Roles),
        (CHANGED, Changed),
        (DELETED, Deleted),
    ):
        actions.register_action(action)(entry)
