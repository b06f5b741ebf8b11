"""Many comments at once: how many there are, what they say, and one button for all of them."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.auth import permission_required

from freiblatt.discussion import actions
from freiblatt.discussion.desk.heaps import MOST_AT_ONCE, decide_heap, heap_of
from freiblatt.discussion.desk.queue import PERMISSION
from freiblatt.discussion.desk.views.queue import told_by
from freiblatt.discussion.desk.views.screens import DeskView
from freiblatt.discussion.models import CommentState, HouseRule
from freiblatt.lib.ids import GREATEST_ID

SHOWN = 50


@method_decorator(permission_required(PERMISSION), name="dispatch")
class HeapOfComments(DeskView):
    """Comments that have something in common, before the desk decides about all of them."""

    page_title = gettext_lazy("Several comments at once")
    template_name = "discussion/desk/heap.html"
    crumbs = (("discussion_desk:queue", gettext_lazy("Comments that wait")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        heap = heap_of(self.request.GET)
        if heap is None:
            return super().get_context_data(heap=None, **kwargs)
        counts = dict(heap.comments.order_by().values_list("state").annotate(Count("pk")))
        shown = heap.comments.filter(state__in=[CommentState.WAITING, CommentState.PUBLIC])
        return super().get_context_data(
            heap=heap,
            comments=list(shown.select_related("thread__article", "author").order_by("-state", "pk")[:SHOWN]),
            waiting=counts.get(CommentState.WAITING, 0),
            public=counts.get(CommentState.PUBLIC, 0),
            refused=counts.get(CommentState.REFUSED, 0) + counts.get(CommentState.REMOVED, 0),
            until=heap.comments.aggregate(Max("pk"))["pk__max"] or 0,
            seen_on=timezone.now().isoformat(),
            shown_at_most=SHOWN,
            most=MOST_AT_ONCE,
            rules=list(HouseRule.objects.standing().prefetch_related("texts")),
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Decide about all of them."""
        heap = heap_of(request.POST)
        if heap is None:
            raise Http404
        until = request.POST.get("until", "")
        number = int(until) if until.isascii() and until.isdecimal() and len(until) < 19 else 0
        try:
            done, faults = decide_heap(
                heap,
                request.POST.get("deed", ""),
                told_by(request),
                until=min(number, GREATEST_ID),
                seen_on=_moment(request.POST.get("seen_on", "")),
            )
        except actions.DiscussionError as error:
            messages.error(request, str(error))
        else:
            words = ngettext("%(count)d comment is decided.", "%(count)d comments are decided.", done)
            (messages.success if done else messages.warning)(
                request, words % {"count": done} if done else _("Nothing was left to decide.")
            )
            for fault in faults:
                messages.warning(request, fault)
        return HttpResponseRedirect(f"{reverse('discussion_desk:heap')}?{urlencode(heap.asked)}")


def _moment(text: str) -> datetime | None:
    """Return when the page was shown, as its form says; None where it says nothing that can be read."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None
