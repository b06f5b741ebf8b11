"""The desk asks those who wrote the article: about a comment that they can judge better, or should answer."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.models import Comment, CommentState, Question
from freiblatt.letters.actions import post_letter
from freiblatt.lib.addresses import absolute
from freiblatt.newsroom.models import StaffMember

LONGEST_QUESTION = 1000
LONGEST_ANSWER = 2000


def authors_with_accounts(article: ArticlePage) -> list[StaffMember]:
    """Return the members who are named over `article`, and can sign in."""
    return list(StaffMember.objects.filter(is_active=True, authors__bylines__article=article).distinct().order_by("pk"))


@transaction.atomic
def ask_authors(*, comment: Comment, by: StaffMember, words: str = "") -> Question:
    """Return the question to the authors of the article, who are told by letter; asking again gives the open one.

    Raises DiscussionError where no author of the article has an account, for a comment that is gone, and for too many
    words.
    """
    found = Comment.objects.select_related("thread__article__locale").get(pk=comment.pk)
    if found.state not in (CommentState.WAITING, CommentState.PUBLIC):
        raise DiscussionError(_("This comment is gone: %(state)s.") % {"state": found.get_state_display()})
    plain = words.strip()
    if len(plain) > LONGEST_QUESTION:
        raise DiscussionError(_("The question has more than %(most)d characters.") % {"most": LONGEST_QUESTION})
    article = found.thread.article
    asked = [member for member in authors_with_accounts(article) if member.pk != by.pk]
    if not asked:
        raise DiscussionError(_("Nobody else who is named over this article has an account here."))
    question, is_new = Question.objects.get_or_create(
        comment=found, answered_on=None, defaults={"words": plain, "asked_by": by}
    )
    if not is_new:
        return question
    for member in asked:
        post_letter(
            to=member.email,
            to_name=member.get_full_name(),
            template="discussion/letters/asked",
            context={
                "asker": by.get_full_name() or by.email,
                "headline": article.title,
                "name": found.name,
                "text": found.source_text,
                "words": plain,
                "url": absolute(reverse("discussion_desk:asked")),
            },
            language=article.locale.language_code,
            kind="discussion_asked",
            dedupe_key=f"discussion_asked:{question.pk}:{member.pk}",
        )
    return question


@transaction.atomic
def answer_question(*, question: Question, by: StaffMember, text: str) -> Question:
    """Return the question with the author's answer to the desk, which readers do not see.

    The first answer counts. Raises DiscussionError for none, and for a long one.
    """
    found = Question.objects.select_for_update().get(pk=question.pk)
    if found.answered_on is not None:
        raise DiscussionError(_("This question has been answered already."))
    plain = text.strip()
    if not plain:
        raise DiscussionError(_("Write an answer; a few words are enough."))
    if len(plain) > LONGEST_ANSWER:
        raise DiscussionError(_("The answer has more than %(most)d characters.") % {"most": LONGEST_ANSWER})
    found.answer, found.answered_by, found.answered_on = plain, by, timezone.now()
    found.save(update_fields=["answer", "answered_by", "answered_on"])
    return found


@transaction.atomic
def take_back_question(*, comment: Comment) -> Comment:
    """Return the comment, about which no author is asked any more."""
    Question.objects.filter(comment=comment, answered_on=None).delete()
    return comment
