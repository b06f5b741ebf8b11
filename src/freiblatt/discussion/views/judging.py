"""The house rules and the public log, as everybody may read them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from freiblatt.articles.languages import links_between_addresses
from freiblatt.discussion.models import LOG_KEY, RULES_KEY, DiscussionSettings, HouseRule
from freiblatt.discussion.parts import SETTINGS_KEY
from freiblatt.discussion.reading import log as reading
from freiblatt.pagestore.actions import keep


@require_safe
def house_rules(request: HttpRequest) -> HttpResponse:
    """Answer with the rules of the discussion, how to report, how to object."""
    context = {
        "page_title": _("House rules of the discussion"),
        "rules": list(HouseRule.objects.standing().prefetch_related("texts")),
        "report_days": DiscussionSettings.load().report_days,
        "objection_days": DiscussionSettings.load().objection_days,
        "log_url": reverse("moderation_log"),
        "canonical_url": request.path,
        "translations": links_between_addresses(lambda: reverse("house_rules")),
    }
    return keep(render(request, "discussion/house_rules.html", context), keys=[RULES_KEY, SETTINGS_KEY, "site"])


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Answer with the months of the public log and what happened in each."""
    context = {
        "page_title": _("What was removed, and why"),
        "months": reading.log_months(),
        "rules_url": reverse("house_rules"),
        "table_url": reverse("moderation_log_table"),
        "canonical_url": request.path,
        "translations": links_between_addresses(lambda: reverse("moderation_log")),
    }
    return keep(render(request, "discussion/log.html", context), keys=[LOG_KEY, RULES_KEY, "site"])


@require_safe
def log_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Answer with one month of the public log."""
    found = reading.log_month(year, month)
    if found is None:
        raise Http404
    context = {
        "page_title": _("What was removed in %(month)s") % {"month": found.numbers.name},
        "month": found,
        "rules_url": reverse("house_rules"),
        "log_url": reverse("moderation_log"),
        "table_url": reverse("moderation_log_table"),
        "canonical_url": request.path,
        "translations": links_between_addresses(lambda: reverse("moderation_log_month", args=[year, month])),
    }
    return keep(render(request, "discussion/log_month.html", context), keys=[LOG_KEY, RULES_KEY, "site"])


@require_safe
def log_table(request: HttpRequest) -> HttpResponse:
    """Answer with the whole log for programs: comma-separated values, UTF-8."""
    response = HttpResponse(reading.log_table(), content_type="text/csv; charset=utf-8")
    return keep(response, keys=[LOG_KEY, RULES_KEY])
