"""The newsroom asks readers at a passage of an article."""

from django.db import transaction
from django.utils.translation import gettext as _

from freiblatt.discussion.actions.anchoring import check_passage, tie
from freiblatt.discussion.actions.bookkeeping import announce
from freiblatt.discussion.actions.errors import DiscussionError
from freiblatt.discussion.actions.speaking import may_speak, say
from freiblatt.discussion.models import Anchor, Comment, CommentKind, Thread
from freiblatt.discussion.passages.finding import Chosen
from freiblatt.discussion.text import tidy, to_html
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
    # What is known already is not asked for again.
    locked.article = found.article
    comment = say(thread=locked, source=source, by=by, kind=CommentKind.QUESTION, has_passage=True)
    tie(comment=comment, found=found, is_unfolded=is_unfolded)
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
