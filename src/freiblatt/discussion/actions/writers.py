"""Letters to writers about what the newsroom decides: only where a confirmed address stands behind the comment."""

import datetime
import uuid

from django.utils import timezone, translation
from django_tasks import task

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.following import OWN_COMMENTS, about_article
from freiblatt.discussion.models import Comment, CommentState, Decision
from freiblatt.discussion.reading.addresses import Addresses
from freiblatt.discussion.reading.letters import excerpt
from freiblatt.discussion.tokens import reader_token
from freiblatt.jobs.policies import policy
from freiblatt.letters import actions as letters
from freiblatt.letters.models import Subscription
from freiblatt.lib.addresses import absolute
from freiblatt.readers.actions import page_url
from freiblatt.readers.models import ReaderState

#: A decision is told after this time: the desk may take it back, as when a key was hit by mistake.
WAIT_SECONDS = 300
#: What can be told, and the states of the comment in which it is still true when the letter is written; () for any.
EVENTS: dict[str, tuple[CommentState, ...]] = {
    "approved": (CommentState.PUBLIC,),
    "restored": (CommentState.PUBLIC,),
    "picked": (CommentState.PUBLIC,),
    "refused": (CommentState.REFUSED,),
    "removed": (CommentState.REMOVED,),
    "held": (CommentState.WAITING,),
    "objection_decided": (),
    "objection_granted_too_late": (),
    "correction_accepted": (),
    "correction_declined": (),
}


def tell_writer(comment: Comment, event: str, **context: object) -> None:
    """Have the writer of `comment` told by letter of an `event` (one of EVENTS), if there is a confirmed address.

    Call it inside the transaction of the cause; the letter is written by a job after it. `context` is what the letter
    says besides, as text: `decision` (number of the Decision whose rule and words it tells), `reason` (why it was
    picked, accepted or declined), `answer` (to an objection). Raises ValueError for an unknown event.
    """
    if event not in EVENTS:
        raise ValueError(f"event: seen {event!r}, expected one of {', '.join(EVENTS)}.")
    if comment.reader_id is None:
        return
    said = {name: "" if value is None else str(value) for name, value in context.items()}
    due = timezone.now() + datetime.timedelta(seconds=WAIT_SECONDS)
    write_to_writer.using(run_after=due).enqueue(comment.pk, event, said, uuid.uuid4().hex)


def _decided(pk: str, language: str) -> dict[str, object]:
    """Return what a letter in `language` tells of a decision."""
    made = Decision.objects.select_related("rule").filter(pk=pk or 0).first()
    if made is None:
        return {}
    rule = made.rule.in_language(language)[0] if made.rule is not None else ""
    return {"rule": rule, "words": made.words, "legal_basis": made.legal_basis, "is_automatic": made.is_automatic}


@policy(moot_on=(Comment.DoesNotExist,))
@task(queue_name="default")
def write_to_writer(comment_pk: int, event: str, said: dict[str, str], number: str) -> bool:
    """Tell a comment's writer what was decided, if that still holds and the writer wants to know; return whether."""
    comment = Comment.objects.select_related("reader", "thread__article__locale").get(pk=comment_pk)
    reader, states = comment.reader, EVENTS[event]
    if reader is None or reader.state != ReaderState.CONFIRMED or (states and comment.state not in states):
        return False
    wish = Subscription.objects.running().to(OWN_COMMENTS, "").filter(address_key=reader.address_key).first()
    if wish is None:
        return False
    article_pk, is_of_public = comment.thread.article_id, states == (CommentState.PUBLIC,)
    # What is public under an article that is gone is no news. Why something was taken away, its writer has to be told.
    if is_of_public and not ArticlePage.objects.live().filter(pk=article_pk).exists():
        return False
    number_of_decision = said.get("decision", "")
    if number_of_decision and not Decision.objects.filter(pk=number_of_decision).exists():
        return False
    with translation.override(comment.thread.article.locale.language_code):
        addresses = Addresses(comment.thread.article)
        own_url = absolute(addresses.own(reader_token(comment)))
        comment_url = absolute(addresses.comment(comment.pk)) if comment.slot else ""
    letters.post_letter(
        to=reader.address,
        template="discussion/letters/told",
        context={
            **said,
            **_decided(said.get("decision", ""), reader.page_language),
            "event": event,
            "headline": comment.thread.article.title,
            "text": comment.source_text if comment.state == CommentState.REMOVED else excerpt(comment, 1000),
            "comment_url": comment_url,
            "own_url": own_url,
            "page_url": page_url(reader=reader),
            "can_object": event in ("refused", "removed", "held"),
            "is_text_gone": comment.state == CommentState.REMOVED and not comment.source_text,
        },
        language=reader.page_language,
        kind="discussion_decision",
        dedupe_key=f"discussion_decision:{number}",
        unsubscribe_url=letters.unsubscribe_url(subscription=wish),
        about=about_article(article_pk) if is_of_public else "",
    )
    return True
