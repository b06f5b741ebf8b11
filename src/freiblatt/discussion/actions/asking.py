"""The newsroom asks readers at a passage of an article."""

from django.db import transaction
from django.utils.translation import gettext as _

from freiblatt.discussion.actions.anchoring import check_passage, tie
from freiblatt.discussion.actions.bookkeeping import announce, insert
from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.actions.news import note_news
from freiblatt.discussion.actions.speaking import author_of, may_speak, name_of
from freiblatt.discussion.models import Anchor, Comment, CommentKind, CommentState, Thread
from freiblatt.discussion.passages.finding import Chosen
from freiblatt.discussion.text import RULES_VERSION, tidy, to_html
from freiblatt.newsroom.models import StaffMember

#: Characters of a question: it stands inside the article.
LONGEST_QUESTION = 600


@transaction.atomic
def ask_at_passage(
    *, thread: Thread, chosen: Chosen, question: str, by: StaffMember, is_unfolded: bool = True
) -> Comment:
    """Return a question that the newsroom asks readers at a passage: a comment, whose answers stand below it.

    It speaks with the badge of the author that is linked to the account of `by`, else with the newsroom's. Raises
    PassageError, or DiscussionError for who may not ask here, for an empty or a long question.
    """
    source = tidy(question)
    if not source.strip() or not to_html(source):
        raise DiscussionError(_("A question needs a text."))
    if len(source) > LONGEST_QUESTION:
        raise DiscussionError(
            _("The question is too long; at most %(most)d characters fit into an article.") % {"most": LONGEST_QUESTION}
        )
    locked = Thread.objects.select_for_update().get(pk=thread.pk)
    found = check_passage(article_pk=locked.article_id, chosen=chosen)
    if not may_speak(by, found.article):
        raise DiscussionError(_("You may ask readers of your own articles."))
    author = author_of(by, found.article)
    comment = insert(
        Comment(
            thread=locked,
            kind=CommentKind.QUESTION,
            state=CommentState.PUBLIC,
            source_text=source,
            html=to_html(source),
            html_rules_version=RULES_VERSION,
            author=author,
            guest_name="" if author is not None else name_of(by),
            is_by_staff=author is None,
            staff_member=by,
            has_passage=True,
        )
    )
    tie(comment=comment, found=found, is_unfolded=is_unfolded)
    note_news(comment)
    return comment


@transaction.atomic
def fold_question(*, comment: Comment, is_unfolded: bool) -> Anchor:
    """Return the passage of a question, unfolded or folded from now on."""
    thread = Thread.objects.select_for_update().get(pk=comment.thread_id)
    anchor = Anchor.objects.get(comment=comment)
    if anchor.is_unfolded != is_unfolded:
        anchor.is_unfolded = is_unfolded
        anchor.save(update_fields=["is_unfolded"])
        announce(thread, "change", comment)
    return anchor
