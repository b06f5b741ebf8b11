"""The newsroom answers a comment, or asks readers a question on top of a thread."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from wagtail.admin import messages

from freiblatt.discussion import actions
from freiblatt.discussion.desk.views import DeskView
from freiblatt.discussion.models import LONGEST_TEXT, Comment, CommentState, Thread
from freiblatt.discussion.reading import Addresses, show_alone
from freiblatt.discussion.tokens import NonceError, make_nonce, read_nonce


class AnswerForm(forms.Form):
    """What the newsroom says."""

    text = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=20 * LONGEST_TEXT,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "autofocus": True}),
        help_text=gettext_lazy("*Emphasis*, > quotations, lists and links work as in Markdown. It is public at once."),
    )
    #: So that a second click makes no second answer.
    nonce = forms.CharField(widget=forms.HiddenInput)


class QuestionForm(AnswerForm):
    """A comment of the newsroom's own."""

    is_question = forms.BooleanField(
        label=gettext_lazy("Put it on top of the discussion, as a question to readers"), required=False, initial=True
    )
    field_order = ("text", "is_question", "nonce")


class Speaking(DeskView):
    """A form in which the newsroom speaks."""

    template_name = "discussion/desk/answer.html"
    form_class: type[AnswerForm] = AnswerForm
    comment: Comment | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.thread = self.find(**kwargs)
        if not actions.may_speak(request.user, self.thread.article):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def find(self, **kwargs: Any) -> Thread:
        """Return the thread that is meant, and note the comment, if one is answered."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST)
        if form.is_valid():
            try:
                said = actions.answer_as_staff(
                    thread=self.thread,
                    parent=self.comment,
                    text=form.cleaned_data["text"],
                    by=request.user,
                    nonce=read_nonce(form.cleaned_data["nonce"], self.thread.key).text,
                    is_question=form.cleaned_data.get("is_question", False),
                )
            except NonceError:
                form.data = form.data.copy()
                form.data["nonce"] = make_nonce(self.thread.key)
                form.add_error(None, _("The form was open for too long. Please send it again."))
            except actions.DiscussionError as error:
                form.add_error("text", str(error))
            else:
                messages.success(request, _("Your answer is public."))
                return HttpResponseRedirect(self.address_of(said))
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def address_of(self, comment: Comment) -> str:
        """Return where readers see a comment."""
        with override(self.thread.article.locale.language_code):
            return Addresses(self.thread.article).comment(comment.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        article = self.thread.article
        author = actions.author_of(self.request.user, article)
        kwargs.setdefault("form", self.form_class(initial={"nonce": make_nonce(self.thread.key)}))
        return super().get_context_data(
            article=article,
            article_url=article.get_url(self.request),
            answered=show_alone(self.comment, Addresses(article), is_for_writer=True) if self.comment else None,
            author_name=author.name if author is not None else "",
            **kwargs,
        )


class Answer(Speaking):
    """An answer to one comment."""

    page_title = gettext_lazy("Answer a comment")

    def find(self, **kwargs: Any) -> Thread:
        found = Comment.objects.select_related("author", "thread__article__locale")
        self.comment = get_object_or_404(found, pk=kwargs["pk"], state=CommentState.PUBLIC)
        return self.comment.thread


class Ask(Speaking):
    """A comment of the newsroom's own below an article."""

    page_title = gettext_lazy("Write below the article")
    form_class = QuestionForm

    def find(self, **kwargs: Any) -> Thread:
        return get_object_or_404(Thread.objects.select_related("article__locale"), article=kwargs["article_pk"])


def answer_url(comment: Comment) -> str:
    """Return where the newsroom answers a comment."""
    return reverse("discussion_desk:answer", args=[comment.pk])
