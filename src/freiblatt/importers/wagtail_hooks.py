"""What the log says of articles that were moved in."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry


@hooks.register("register_log_actions")
def name_log_actions(actions: LogActionRegistry) -> None:
    """Let the log say that the console moved an article in."""
    actions.register_action("importers.page", _("Move in a saved page"), _("Moved in from a saved page"))
