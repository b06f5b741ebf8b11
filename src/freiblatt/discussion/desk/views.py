"""The desk's screens."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from freiblatt.discussion import actions
from freiblatt.discussion.desk.deeds import Done, carry_out
from freiblatt.discussion.desk.entries import entries_of
from freiblatt.discussion.desk.queue import PAGE_SIZE, PERMISSION, Filters, count_waiting, waiting


class DeskView(WagtailAdminTemplateMixin, TemplateView):
    """A screen of the desk."""

    header_icon = "comment"
    crumbs: tuple[tuple[str, Any], ...] = ()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        crumbs = [{"url": reverse(name), "label": label} for name, label in self.crumbs]
        return [*super().get_breadcrumbs_items(), *crumbs, {"url": "", "label": self.get_page_title()}]


@method_decorator(permission_required(PERMISSION), name="dispatch")
class Queue(DeskView):
    """What waits, the oldest first."""

    page_title = gettext_lazy("Comments that wait")
    template_name = "discussion/desk/queue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        filters = Filters.of(self.request.GET)
        found = filters.apply(waiting()).select_related("thread__article", "author", "reader")
        page = list(found[:PAGE_SIZE])
        return super().get_context_data(
            entries=entries_of(page),
            filters=filters,
            waiting=count_waiting(),
            matching=found.count() if len(page) == PAGE_SIZE else len(page),
            **kwargs,
        )


@require_POST
@permission_required(PERMISSION)
def decide(request: HttpRequest) -> HttpResponse:
    """Carry out what a form says; answer with the queue, or in JSON for the module that asks."""
    wants_json = "application/json" in request.headers.get("Accept", "")
    try:
        done = carry_out(
            request.POST.get("deed", ""),
            request.POST.getlist("comment"),
            by=request.user,
            words=request.POST.get("words", ""),
        )
    except actions.DiscussionError as error:
        if wants_json:
            return JsonResponse({"fault": str(error)}, status=422)
        messages.error(request, str(error))
        done = []
    if wants_json:
        answered = [{"pk": one.pk, "says": one.says, "done": one.is_done, "token": one.token} for one in done]
        return JsonResponse({"comments": answered, "waiting": count_waiting()})
    _tell(request, done)
    return HttpResponseRedirect(reverse("discussion_desk:queue") + Filters.of(request.POST).query)


def _tell(request: HttpRequest, done: list[Done]) -> None:
    """Say what became of a form without script."""
    good = [one for one in done if one.is_done]
    if len(good) == 1:
        messages.success(request, good[0].says)
    elif good:
        words = ngettext("%(count)d comment is decided.", "%(count)d comments are decided.", len(good))
        messages.success(request, words % {"count": len(good)})
    for one in done:
        if not one.is_done:
            messages.warning(request, one.says)
