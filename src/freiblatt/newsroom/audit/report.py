"""The report that owners read: who did what, when; and the same as files."""

import csv
import heapq
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.reports.audit_logging import (
    LogEntriesView,
    SiteHistoryReportFilterSet,
    get_users_for_filter,
)
from wagtail.admin.widgets.button import Button
from wagtail.coreutils import get_content_type_label
from wagtail.log_actions import registry
from wagtail.models import ModelLogEntry

from freiblatt.newsroom.audit.entries import changes_of
from freiblatt.newsroom.audit.watching import CHANGED, DELETED
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role, holds

#: What Wagtail notes besides our entry, which says more, in the same step.
SAID_BETTER = {"wagtail.edit": CHANGED, "wagtail.create": CHANGED, "wagtail.delete": DELETED}
CHUNK = 500
COLUMNS = ("time", "person", "action", "what", "kind", "says")
#: With these a spreadsheet takes a cell for a formula, which may read or send other cells.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class AuditFilters(SiteHistoryReportFilterSet):
    """The filters of Wagtail's report; it offers only people who did something with pages."""

    def get_users_queryset(self) -> QuerySet:
        return get_users_for_filter(self.request.user)


class AuditReport(LogEntriesView):
    """Everything that was noted, the latest first."""

    page_title = gettext_lazy("What staff did")
    filterset_class = AuditFilters
    header_icon = "history"
    template_name = "wagtailadmin/reports/base_report.html"
    results_template_name = "newsroom/audit_results.html"
    index_url_name = "newsroom_audit"
    index_results_url_name = "newsroom_audit_results"
    FORMATS = ("csv", "jsonl")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not holds(request.user, Role.OWNER):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_export:
            return self.as_file(request.GET["export"])
        return super().get(request, *args, **kwargs)

    def decorate_paginated_queryset(self, queryset: QuerySet) -> list[Any]:
        """Return the entries of one screen, each with the person's name and what was changed."""
        entries = super().decorate_paginated_queryset(queryset)
        names = names_of_former_members({entry.user_id for entry in entries if entry.user_id and entry.user is None})
        better = {_step(entry) for entry in entries if entry.action in SAID_BETTER.values()}
        for entry in entries:
            entry.person = person_of(entry, names)
            entry.changes = changes_of(entry.data) if entry.action == CHANGED else []
        return [entry for entry in entries if (entry.uuid, entry.label, SAID_BETTER.get(entry.action)) not in better]

    def as_file(self, wanted: str) -> StreamingHttpResponse:
        """Answer with all entries that the filters leave, as they come from the database."""
        querysets = []
        for model in registry.get_log_entry_models():
            found = self.filter_queryset(model.objects.viewable_by_user(self.request.user))
            querysets.append(found.select_related("user", "content_type").order_by("-timestamp", "-pk"))
        entries = merged(querysets)
        lines = as_csv(entries) if wanted == "csv" else as_json_lines(entries)
        response = StreamingHttpResponse(
            lines, content_type="text/csv; charset=utf-8" if wanted == "csv" else "application/x-ndjson"
        )
        response["Content-Disposition"] = f'attachment; filename="{self.get_filename()}.{wanted}"'
        response["Cache-Control"] = "private, no-store"
        return response

    def get_filename(self) -> str:
        """Return the name of the file without its ending."""
        return f"log-{timezone.localdate():%Y-%m-%d}"

    @cached_property
    def show_export_buttons(self) -> bool:
        return False  # Wagtail's; ours follow

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        return [
            *super().header_more_buttons,
            Button(_("Download as CSV"), url=self.get_export_url("csv"), icon_name="download", priority=90),
            Button(_("Download as JSON lines"), url=self.get_export_url("jsonl"), icon_name="download", priority=100),
        ]


def _step(entry: Any) -> tuple[Any, str, str]:
    return entry.uuid, entry.label, entry.action


def person_of(entry: Any, former: dict[int, str]) -> str:
    """Return who did it: a name, also of somebody whose account was deleted, or the program's where nobody was."""
    if entry.user_id is None:
        return "Freiblatt"
    if entry.user is not None:
        return str(entry.user)
    return former.get(entry.user_id) or _("deleted account %(number)d") % {"number": entry.user_id}


def names_of_former_members(keys: set[int] | None = None) -> dict[int, str]:
    """Return the names under which accounts were known when they were deleted, by their keys; None: all of them."""
    if keys is not None and not keys:
        return {}
    entries = ModelLogEntry.objects.filter(action=DELETED, content_type=ContentType.objects.get_for_model(StaffMember))
    if keys is not None:
        entries = entries.filter(object_id__in=[str(key) for key in keys])
    return {int(key): label for key, label in entries.order_by().values_list("object_id", "label")}


def merged(querysets: list[QuerySet]) -> Iterator[Any]:
    """Yield entries of several tables, the latest first, a few at a time."""
    return heapq.merge(
        *(queryset.iterator(chunk_size=CHUNK) for queryset in querysets),
        key=lambda entry: (entry.timestamp, entry.pk),
        reverse=True,
    )


def rows(entries: Iterable[Any]) -> Iterator[tuple[Any, dict[str, str]]]:
    """Yield each entry with what a file says of it."""
    former = names_of_former_members()
    for entry in entries:
        yield (
            entry,
            {
                "time": entry.timestamp.isoformat(timespec="seconds"),
                "person": person_of(entry, former),
                "action": entry.action,
                "what": entry.label,
                "kind": capfirst(get_content_type_label(entry.content_type)) if entry.content_type else "",
                "says": str(entry.message),
            },
        )


class _Echo:
    """Hands every line on instead of writing it."""

    def write(self, line: str) -> str:
        return line


def as_csv(entries: Iterable[Any]) -> Iterator[str]:
    """Yield the lines of a table for spreadsheets; the byte order mark tells them that it is UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for _entry, row in rows(entries):
        yield writer.writerow(harmless(row[column]) for column in COLUMNS)


def as_json_lines(entries: Iterable[Any]) -> Iterator[str]:
    """Yield one JSON object a line, with all that was noted and with the keys of person and thing."""
    for entry, row in rows(entries):
        facts = {
            **row,
            "person_id": entry.user_id,
            "object_id": str(entry.object_id),
            "data": entry.data,
            "step": str(entry.uuid) if entry.uuid else None,
        }
        yield json.dumps(facts, ensure_ascii=False) + "\n"


def harmless(cell: str) -> str:
    """Return `cell` so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell


class AuditMenuItem(MenuItem):
    """Shown to owners."""

    def is_shown(self, request: HttpRequest) -> bool:
        return holds(request.user, Role.OWNER)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    """Return the addresses of the report."""
    return [
        path("reports/log/", AuditReport.as_view(), name="newsroom_audit"),
        path("reports/log/results/", AuditReport.as_view(results_only=True), name="newsroom_audit_results"),
    ]


@hooks.register("register_reports_menu_item")
def menu_item() -> MenuItem:
    """Put the report into the menu of reports."""
    return AuditMenuItem(
        gettext_lazy("What staff did"), reverse("newsroom_audit"), name="audit", icon_name="history", order=1000
    )


@hooks.register("construct_reports_menu")
def without_site_history(request: HttpRequest, menu_items: list[Any]) -> None:
    """Leave out Wagtail's own report, whose place this one takes."""
    menu_items[:] = [item for item in menu_items if item.name != "site-history"]
