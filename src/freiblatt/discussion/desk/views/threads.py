"""Each discussion: open, held or closed, how slow, until when, and what stands on top."""

from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.auth import permission_required

from freiblatt.discussion import actions
from freiblatt.discussion.actions.bookkeeping import locked_thread
from freiblatt.discussion.desk.queue import PERMISSION
from freiblatt.discussion.desk.views.screens import DeskView
from freiblatt.discussion.models import Comment, CommentState, Thread, ThreadState
from freiblatt.lib.ids import GREATEST_ID

SHOWN = 100
_LOCAL = "%Y-%m-%dT%H:%M"


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_LOCAL)


class ThreadForm(forms.ModelForm):
    """What holds for one discussion; it is stored by the actions."""

    class Meta:
        model = Thread
        fields = ("state", "slow_minutes", "opens_on", "closes_on", "pinned")
        widgets = {"opens_on": _moment(), "closes_on": _moment()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("opens_on", "closes_on"):
            if (moment := self.initial.get(name)) is not None:
                # As exactly as the field shows it: what nobody typed is no change.
                self.initial[name] = moment.replace(second=0, microsecond=0)
        for one in self.fields.values():
            # What the form was made with comes back with it, so that only what somebody changed is stored.
            one.show_hidden_initial = True
        field = self.fields["pinned"]
        field.queryset = Comment.objects.filter(thread=self.instance, state=CommentState.PUBLIC).exclude(
            author=None, is_by_staff=False
        )
        field.empty_label = _("None")
        field.label_from_instance = lambda one: f"{one.name}: {' '.join(one.source_text.split())[:80]}"
        field.help_text = gettext_lazy("A comment by an author or by the newsroom, such as a question to the readers.")


@method_decorator(permission_required(PERMISSION), name="dispatch")
class Threads(DeskView):
    """The discussions, those with comments that wait first."""

    page_title = gettext_lazy("Discussions")
    template_name = "discussion/desk/threads.html"
    crumbs = (("discussion_desk:queue", gettext_lazy("Comments that wait")),)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = Thread.objects.select_related("article").order_by("-n_held", "-pk")[:SHOWN]
        return super().get_context_data(threads=list(found), **kwargs)


@method_decorator(permission_required(PERMISSION), name="dispatch")
class OneThread(DeskView):
    """One discussion and what holds for it."""

    template_name = "discussion/desk/one_thread.html"
    crumbs = (
        ("discussion_desk:queue", gettext_lazy("Comments that wait")),
        ("discussion_desk:threads", gettext_lazy("Discussions")),
    )

    def get_page_title(self) -> str:
        return self.thread.article.title

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if kwargs["pk"] > GREATEST_ID:
            raise Http404
        self.thread = get_object_or_404(Thread.objects.select_related("article"), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", ThreadForm(instance=self.thread))
        return super().get_context_data(
            thread=self.thread, any_comment=self.thread.comments.order_by("pk").first(), **kwargs
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Store what holds from now on."""
        form = ThreadForm(request.POST, instance=Thread.objects.select_related("article").get(pk=pk))
        if form.is_valid():
            try:
                self.store(form)
            except actions.DiscussionError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Saved: the discussion below “%(article)s”.") % {"article": self.title()})
                return HttpResponseRedirect(reverse("discussion_desk:thread", args=[pk]))
        return self.render_to_response(self.get_context_data(form=form), status=422)

    @transaction.atomic
    def store(self, form: ThreadForm) -> None:
        """Store what was changed in the form. What a colleague has changed elsewhere since it was opened stays."""
        now = locked_thread(self.thread.pk)
        held = {name: getattr(now, name) for name in ThreadForm.Meta.fields}
        said = {**held, **{name: form.cleaned_data[name] for name in form.changed_data}}
        actions.arrange_thread(
            thread=now,
            state=ThreadState(said["state"]),
            opens_on=said["opens_on"],
            closes_on=said["closes_on"],
            slow_minutes=said["slow_minutes"],
        )
        if said["pinned"] != held["pinned"]:
            actions.pin_comment(thread=now, comment=said["pinned"])

    def title(self) -> str:
        """Return the article's title."""
        return self.thread.article.title


@require_POST
@permission_required(PERMISSION)
def hold_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold every new comment below one article from now on, or no longer, as the form says."""
    thread = get_object_or_404(Thread.objects.select_related("article"), pk=min(pk, GREATEST_ID))
    wanted = request.POST.get("state", "")
    try:
        if wanted not in (ThreadState.HELD, ThreadState.OPEN):
            raise actions.DiscussionError(_("This form says nothing that the desk can do. Please load the page anew."))
        actions.hold_new_comments(thread=thread, is_held=wanted == ThreadState.HELD)
    except actions.DiscussionError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(reverse("discussion_desk:queue"))
    if wanted == ThreadState.HELD:
        sentence = _("Every new comment below “%(article)s” waits for the desk from now on.")
    else:
        sentence = _("New comments below “%(article)s” appear again as elsewhere.")
    messages.success(request, sentence % {"article": thread.article.title})
    return HttpResponseRedirect(reverse("discussion_desk:queue"))
