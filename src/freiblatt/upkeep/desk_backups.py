"""What owners see of backups at the desk: which there are, what is wrong with them, and how to restore one.

It is to be read only. What a browser may fetch or begin, a stolen session may too: a backup holds every draft and every
reader's address, and a restore turns the publication back. Both stay with whoever has the server's console.
"""

import shlex
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from freiblatt.config import Config, current
from freiblatt.jobs.models import ScheduledRun
from freiblatt.newsroom.roles import Role, holds
from freiblatt.upkeep import keeping, records
from freiblatt.upkeep.actions.nightly import SCHEDULE
from freiblatt.upkeep.checks import backups

#: A job worker looks every second; one that is this late is missing.
LATE = timedelta(minutes=15)


@dataclass(frozen=True)
class Shown:
    """A backup as a row of the list."""

    name: str
    made_at: datetime
    size: int | None
    """Bytes; None where the file cannot be looked at just now."""
    is_encrypted: bool


def shown(config: Config) -> list[Shown]:
    """Return the nightly backups, the newest first; none where their directory cannot be read.

    Those that are dated in the future stand last: they are no newest one to be restored.
    """
    try:
        found = [*keeping.stored(config), *keeping.undated(config)]
    except OSError:
        return []
    return [Shown(one.path.name, one.made_at, _size(one.path), one.path.suffix == ".age") for one in found]


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except OSError:
        return None


class Backups(WagtailAdminTemplateMixin, TemplateView):
    """The backups of this publication, as the server sees them that answers."""

    page_title = _("Backups")
    header_icon = "folder-inverse"
    template_name = "upkeep/desk/backups.html"
    http_method_names = ["get", "head"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let owners in, and nobody else."""
        if not holds(request.user, Role.OWNER):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        config = current()
        found, record = shown(config), records.read(config)
        next_run = ScheduledRun.objects.pending().filter(name=SCHEDULE).order_by("due_at").first()
        newest = config.backups / found[0].name if config.backups and found else None
        made = Path(record.path) if record.made_at else None
        by_hand = made is not None and (config.backups is None or made.parent != config.backups)
        return super().get_context_data(
            findings=[one for one in backups.backups() if one.level != "ok"],
            backups=found,
            directory=config.backups,
            rule=config.backup_keep,
            next_due=next_run.due_at if next_run and config.backups else None,
            is_late=bool(next_run and next_run.due_at < timezone.now() - LATE),
            by_hand=made if by_hand else None,
            by_hand_made_at=record.made_at,
            command=_command(newest or (made if by_hand else None), is_encrypted=bool(config.backup_age_recipient)),
            **kwargs,
        )


def _command(newest: Path | None, *, is_encrypted: bool) -> str:
    """Return how the newest backup is restored, with what has to be filled in as words in capitals."""
    name = shlex.quote(str(newest)) if newest else "FILE"
    needs_key = newest.suffix == ".age" if newest else is_encrypted
    return f"freiblatt restore {name} DIR{' --identity KEYFILE' if needs_key else ''}"


class BackupsMenuItem(MenuItem):
    """Shown to owners."""

    def is_shown(self, request: HttpRequest) -> bool:
        return holds(request.user, Role.OWNER)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    """Return the address of the page."""
    return [path("reports/backups/", Backups.as_view(), name="upkeep_backups")]


@hooks.register("register_reports_menu_item")
def menu_item() -> MenuItem:
    """Put "Backups" into the menu of reports."""
    return BackupsMenuItem(
        _("Backups"), reverse("upkeep_backups"), name="backups", icon_name="folder-inverse", order=1300
    )
