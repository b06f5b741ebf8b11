"""The queue, and what is decided there."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.auth import permission_required
from wagtail.users.models import UserProfile

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion import actions
from freiblatt.discussion.desk.deeds import DEEDS, PICK_REASONS, Done, Told, carry_out
from freiblatt.discussion.desk.entries import entries_of
from freiblatt.discussion.desk.queue import KINDS, ORDERS, PERMISSION, Filters, count_undecided, queue_of
from freiblatt.discussion.desk.views.screens import DeskView
from freiblatt.discussion.models import Comment, CommentState, HouseRule
from freiblatt.discussion.rules import labels

#: Where the session keeps what the member decided lately, and how much of it.
LATELY = "discussion_desk_lately"
LATELY_SHOWN = 10
#: Nobody takes back what was decided about these.
GONE = (CommentState.WITHDRAWN, CommentState.ERASED, CommentState.LOST)


@method_decorator(permission_required(PERMISSION), name="dispatch")
class Queue(DeskView):
    """What waits, the oldest first."""

    page_title = gettext_lazy("Comments that wait")
    template_name = "discussion/desk/queue.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        filters = Filters.of(self.request.GET)
        page, matching = queue_of(filters)
        return super().get_context_data(
            entries=entries_of(page),
            filters=filters,
            kinds=KINDS,
            orders=ORDERS,
            articles=ArticlePage.objects.filter(thread__n_held__gt=0).only("title").order_by("title")[:200],
            reasons=labels(),
            rules=list(HouseRule.objects.standing().prefetch_related("texts")),
            pick_reasons=PICK_REASONS,
            lately=_lately(self.request),
            keys=UserProfile.get_for_user(self.request.user).keyboard_shortcuts,
            matching=matching,
            more=matching - len(page),
            undecided=count_undecided(),
            **kwargs,
        )


@require_POST
@permission_required(PERMISSION)
def decide(request: HttpRequest) -> HttpResponse:
    """Carry out what a form says; answer with the queue, or in JSON for the module that asks."""
    wants_json = "application/json" in request.headers.get("Accept", "")
    try:
        done = carry_out(request.POST.get("deed", ""), request.POST.getlist("comment"), told_by(request))
    except actions.DiscussionError as error:
        if wants_json:
            return JsonResponse({"fault": str(error)}, status=422)
        messages.error(request, str(error))
        done = []
    _remember(request, done)
    if wants_json:
        answered = [
            {"pk": one.pk, "says": one.says, "done": one.is_done, "token": one.token, "undo": one.undo} for one in done
        ]
        return JsonResponse({"comments": answered, "waiting": count_undecided()})
    _tell(request, done)
    return HttpResponseRedirect(reverse("discussion_desk:queue") + Filters.of(request.POST).query)


def told_by(request: HttpRequest) -> Told:
    """Return what a form says besides the deed and the comments."""
    said = request.POST
    quick = said.get("quick", "")
    is_quick = quick.isascii() and quick.isdecimal() and 0 < int(quick[:4]) <= len(PICK_REASONS)
    return Told(
        by=request.user,
        rule=HouseRule.objects.standing().filter(code=said.get("rule", "").replace("\0", "")).first(),
        words=said.get("words", ""),
        legal_basis=said.get("legal_basis", ""),
        text=said.get("text", ""),
        reason=PICK_REASONS[int(quick) - 1] if is_quick else said.get("reason", ""),
    )


def _remember(request: HttpRequest, done: list[Done]) -> None:
    """Keep in the session what can be taken back, the latest first, and no name: sessions outlast what is erased."""
    again = {one.pk for one in done if one.is_done}
    before = [one for one in request.session.get(LATELY, []) if one["pk"] not in again]
    fresh = [
        {"pk": one.pk, "deed": request.POST.get("deed", ""), "token": one.token, "undo": one.undo}
        for one in reversed(done)
        if one.is_done and one.undo
    ]
    if again:
        request.session[LATELY] = [*fresh, *before][:LATELY_SHOWN]


def _lately(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what the member decided lately and can take back, in sentences, without what has gone since."""
    kept = [one for one in request.session.get(LATELY, []) if one.get("deed") in DEEDS]
    there = Comment.objects.exclude(state__in=GONE).in_bulk([one["pk"] for one in kept]) if kept else {}
    return [
        {**one, "says": str(DEEDS[one["deed"]].says) % {"name": there[one["pk"]].name}}
        for one in kept
        if one["pk"] in there
    ]


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
