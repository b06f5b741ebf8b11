"""Readers who correct something: what is open, and the newsroom's answers."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.components import Component

from freiblatt.discussion import actions
from freiblatt.discussion.desk.views import DeskView
from freiblatt.discussion.models import LONGEST_REASON, Comment, CommentKind, CommentState, Thread
from freiblatt.discussion.reading import Addresses
from freiblatt.discussion.reading.passages import clipped
from freiblatt.newsroom.roles import Role, holds

#: Who answers: moderators look after the tone of a discussion, authors and editors after what is true.
WHO = (Role.OWNER, Role.EDITOR, Role.AUTHOR)
#: Of more corrections than this the oldest are shown.
SHOWN = 50
SHOWN_AT_START = 5


def corrections_for(member: Any) -> QuerySet[Comment]:
    """Return the corrections of readers that a member answers: of the own articles, or of all for editors."""
    found = Comment.objects.filter(
        kind=CommentKind.CORRECTION, state__in=[CommentState.PUBLIC, CommentState.WAITING]
    ).order_by("pk")
    if holds(member, Role.OWNER, Role.EDITOR):
        return found
    if not holds(member, Role.AUTHOR):
        return found.none()
    own = Q(article__owner=member) | Q(article__bylines__author__staff_member=member)
    # Through the threads, so that two bylines do not show a comment twice.
    return found.filter(thread__in=Thread.objects.filter(own))


def open_for(member: Any) -> QuerySet[Comment]:
    """Return those of them that nobody has answered."""
    return corrections_for(member).filter(correction_answer__isnull=True)


class Corrections(DeskView):
    """What readers correct, the oldest first, with the form that answers."""

    page_title = gettext_lazy("Readers correct")
    template_name = "discussion/desk/corrections.html"
    header_icon = "edit"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not holds(request.user, *WHO):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        member = self.request.user
        is_answered = self.request.GET.get("show") == "answered"
        found = corrections_for(member).filter(correction_answer__isnull=not is_answered)
        found = found.order_by("-correction_answer__made_on") if is_answered else found
        rows = found.select_related("thread__article", "author", "anchor", "correction_answer__by")[:SHOWN]
        return super().get_context_data(
            rows=[_row(one) for one in rows],
            is_answered=is_answered,
            n_open=open_for(member).count(),
            longest=LONGEST_REASON,
            typed=kwargs.pop("typed", {}),
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """Accept, decline or reopen one correction."""
        number = request.POST.get("comment", "")
        is_number = number.isascii() and number.isdecimal() and len(number) < 19
        comment = corrections_for(request.user).filter(pk=int(number)).first() if is_number else None
        if comment is None:
            raise Http404
        reason, deed = request.POST.get("reason", ""), request.POST.get("deed", "")
        try:
            if deed == "accept":
                actions.accept_correction(comment=comment, by=request.user, reason=reason)
                messages.success(request, _("Accepted. Readers see it at the comment."))
            elif deed == "decline":
                actions.decline_correction(comment=comment, by=request.user, reason=reason)
                messages.success(request, _("Declined. Readers see the reason at the comment."))
            elif deed == "reopen":
                actions.reopen_correction(comment=comment)
                messages.success(request, _("The correction is open again."))
            else:
                raise Http404
        except actions.DiscussionError as error:
            messages.error(request, str(error))
            typed = {"pk": comment.pk, "reason": reason}
            return self.render_to_response(self.get_context_data(typed=typed), status=422)
        return HttpResponseRedirect(reverse("discussion_desk:corrections"))


def _row(comment: Comment) -> dict[str, Any]:
    article = comment.thread.article
    anchor = getattr(comment, "anchor", None)
    return {
        "comment": comment,
        "article": article,
        "edit_url": reverse("wagtailadmin_pages:edit", args=[article.pk]),
        "url": Addresses(article).comment(comment.pk) if comment.slot else "",
        "words": clipped(anchor.first_words) if anchor else "",
        "note": anchor.get_status_display() if anchor else "",
        "answer": getattr(comment, "correction_answer", None),
    }


class OpenCorrections(Component):
    """How many corrections of readers wait for an answer, and the way to them."""

    name, order = "open_corrections", 6
    template_name = "discussion/desk/corrections_panel.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        found = open_for(parent_context["request"].user)
        return {
            "count": found.count(),
            "comments": list(found.select_related("thread__article", "author")[:SHOWN_AT_START]),
        }
