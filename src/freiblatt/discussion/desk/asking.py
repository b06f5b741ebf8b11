"""Asking readers at a passage of an article, from its editor."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion import actions
from freiblatt.discussion.actions.asking import LONGEST_QUESTION
from freiblatt.discussion.desk.views import DeskView
from freiblatt.discussion.models import Anchor, CommentKind, CommentState, Thread
from freiblatt.discussion.passages.finding import Chosen
from freiblatt.discussion.passages.texts import texts_of
from freiblatt.discussion.reading import Addresses
from freiblatt.discussion.reading.passages import clipped


class QuestionForm(forms.Form):
    """A question at a paragraph, or at some of its words."""

    paragraph = forms.ChoiceField(
        label=gettext_lazy("At which paragraph"),
        # All of it, to copy words from.
        widget=forms.RadioSelect,
        help_text=gettext_lazy("As readers see it now."),
    )
    words = forms.CharField(
        label=gettext_lazy("At which words"),
        required=False,
        max_length=2000,
        widget=forms.TextInput,
        help_text=gettext_lazy("Copied from the paragraph. Empty: the whole paragraph."),
    )
    question = forms.CharField(
        label=gettext_lazy("Your question"), max_length=20 * LONGEST_QUESTION, widget=forms.Textarea(attrs={"rows": 3})
    )
    is_unfolded = forms.BooleanField(
        label=gettext_lazy("Readers see the question at once"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Else a click on “asks you” unfolds it."),
    )


class AskAt(DeskView):
    """An article's questions to its readers, and the form for another one."""

    page_title = gettext_lazy("Ask readers at a passage")
    template_name = "discussion/desk/ask.html"
    header_icon = "help"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.article = get_object_or_404(ArticlePage, pk=kwargs["page_pk"])
        if not self.article.permissions_for_user(request.user).can_edit():
            raise PermissionDenied
        self.thread = Thread.objects.filter(article=self.article).first()
        return super().dispatch(request, *args, **kwargs)

    def _form(self, data: Any = None) -> QuestionForm:
        form = QuestionForm(data)
        self.paragraphs = {
            f"{block}:{paragraph.start}": (block, paragraph)
            for block, text in texts_of(self.article).items()
            for paragraph in text.paragraphs
        }
        choices = [(name, paragraph.text) for name, (_block, paragraph) in self.paragraphs.items()]
        form.fields["paragraph"].choices = choices  # type: ignore[attr-defined]
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = Anchor.objects.filter(
            article=self.article, comment__kind=CommentKind.QUESTION, comment__state=CommentState.PUBLIC
        ).select_related("comment__author")
        addresses = Addresses(self.article)
        return super().get_context_data(
            article=self.article,
            can_ask=self.thread is not None and self.article.live,
            form=kwargs.pop("form", None) or self._form(),
            asked=[
                {"anchor": one, "words": clipped(one.first_words), "url": addresses.comment(one.comment_id)}
                for one in asked.order_by("pk")
            ],
            edit_url=reverse("wagtailadmin_pages:edit", args=[self.article.pk]),
            **kwargs,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Ask, fold or unfold a question, or take it back."""
        deed = request.POST.get("deed", "ask")
        if deed != "ask":
            return self._change(request, deed)
        form = self._form(request.POST)
        if form.is_valid() and self.thread is not None:
            sent = form.cleaned_data
            block, paragraph = self.paragraphs[sent["paragraph"]]
            words = sent["words"].strip() or paragraph.text
            at = paragraph.text.find(words)
            try:
                if at < 0:
                    raise actions.PassageError(_("These words do not stand in the paragraph."))
                actions.ask_at_passage(
                    thread=self.thread,
                    chosen=Chosen(block=block, start=paragraph.start + at, words=words),
                    question=sent["question"],
                    by=request.user,
                    is_unfolded=sent["is_unfolded"],
                )
            except actions.PassageError as error:
                form.add_error("words", str(error))
            except actions.DiscussionError as error:
                form.add_error("question", str(error))
            else:
                messages.success(request, _("The question stands in the article."))
                return self._back()
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _change(self, request: HttpRequest, deed: str) -> HttpResponse:
        number = request.POST.get("comment", "")
        known = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else 0
        anchor = get_object_or_404(
            Anchor.objects.select_related("comment"),
            article=self.article,
            comment=known,
            comment__kind=CommentKind.QUESTION,
            comment__state=CommentState.PUBLIC,
        )
        if deed == "withdraw":
            actions.withdraw_comment(comment=anchor.comment)
            messages.success(request, _("The question is taken back. Answers to it stay in the discussion."))
        else:
            actions.fold_question(comment=anchor.comment, is_unfolded=deed == "unfold")
        return self._back()

    def _back(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("discussion_desk:ask_at", args=[self.article.pk]))
