"""Comments are tied to passages, and passages follow the text when another version of it is published."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.actions.errors import PassageError
from freiblatt.discussion.models import (
    LONGEST_PASSAGE,
    Anchor,
    AnchoredText,
    AnchorStatus,
    Comment,
    Thread,
    passages_key,
)
from freiblatt.discussion.passages.carrying import Fate, Place, carry, find
from freiblatt.discussion.passages.finding import Chosen, around, find_chosen
from freiblatt.discussion.passages.texts import texts_of
from freiblatt.pagestore.actions import mark_stale


@dataclass(frozen=True, slots=True)
class Found:
    """A passage of an article as it is public now, with the text of each of its blocks."""

    article: ArticlePage
    place: Place
    texts: dict[str, str]


def check_passage(*, article_pk: int, chosen: Chosen) -> Found:
    """Return where the chosen words stand in the public article. Raises PassageError."""
    if len(chosen.words.strip()) > LONGEST_PASSAGE:
        raise PassageError(
            _("The passage is too long; at most %(most)d characters can be chosen. Your text stands below.")
            % {"most": LONGEST_PASSAGE}
        )
    article = ArticlePage.objects.get(pk=article_pk)
    texts = {block: one.text for block, one in texts_of(article).items()}
    place = find_chosen(chosen, texts)
    if place is None:
        raise PassageError(
            _(
                "The words that you chose no longer stand in the article as you saw them. Your text stands below: "
                "choose the passage again in the article, or send it as a comment on the whole article."
            )
        )
    return Found(article=article, place=place, texts=texts)


def tie(*, comment: Comment, found: Found, is_unfolded: bool = True) -> Anchor:
    """Return the anchor that ties a comment, which is stored already, to a passage of the public article.

    The caller holds the thread locked, and has found the place while doing so.
    """
    article, place, texts = found.article, found.place, found.texts
    words = texts[place.block][place.start : place.end]
    prefix, suffix = around(place, texts[place.block])
    AnchoredText.objects.update_or_create(article=article, defaults={"blocks": [list(one) for one in texts.items()]})
    return Anchor.objects.create(
        article=article,
        comment=comment,
        revision_id=article.live_revision_id,
        block=place.block,
        start=place.start,
        end=place.end,
        exact=words,
        prefix=prefix,
        suffix=suffix,
        first_words=words,
        is_unfolded=is_unfolded,
    )


@transaction.atomic
def carry_anchors(*, article: ArticlePage) -> dict[str, int]:
    """Bring all passages of `article` forward to the text that is being published, in the transaction that does so.

    Returns how many have which status now; nothing where nobody chose a passage. Calling it again changes nothing.
    """
    # Whoever ties a comment to a passage meanwhile waits here, and then sees the new text.
    thread = Thread.objects.select_for_update().filter(article=article).first()
    known = AnchoredText.objects.filter(article=article).first()
    if thread is None or known is None:
        return {}
    old = dict(known.blocks)
    new = {block: one.text for block, one in texts_of(article).items()}
    if old == new and list(old) == list(new):
        return {}
    counts: dict[str, int] = {}
    for anchor in Anchor.objects.filter(article=article).order_by("pk"):
        _bring_forward(anchor, old, new)
        counts[anchor.status] = counts.get(anchor.status, 0) + 1
    known.blocks = [list(one) for one in new.items()]
    known.save(update_fields=["blocks"])
    mark_stale([thread.key, passages_key(article.pk)])
    return counts


def _bring_forward(anchor: Anchor, old: dict[str, str], new: dict[str, str]) -> None:
    """Give an anchor its place and its status in the new text."""
    if anchor.status == AnchorStatus.LOST:
        # Whoever takes a version back brings the passage back too; only with its surroundings, for nothing else tells
        # it from a sentence that was written anew.
        back = find(anchor.exact, anchor.prefix, anchor.suffix, new, may_stand_alone=False)
        if back is None:
            return
        fate, place = Fate.MOVED, back
    else:
        fate, found = carry(Place(anchor.block, anchor.start, anchor.end), old, new)
        if found is None:
            anchor.status, anchor.start, anchor.end = AnchorStatus.LOST, 0, 0
            anchor.save(update_fields=["status", "start", "end"])
            return
        place = found
    text = new[place.block]
    anchor.block, anchor.start, anchor.end = place.block, place.start, place.end
    anchor.exact = text[place.start : place.end]
    anchor.prefix, anchor.suffix = around(place, text)
    if anchor.exact != anchor.first_words:
        anchor.status = AnchorStatus.CHANGED
    elif fate == Fate.MOVED or anchor.status == AnchorStatus.MOVED:
        anchor.status = AnchorStatus.MOVED
    else:
        anchor.status = AnchorStatus.SURE
    anchor.save(update_fields=["block", "start", "end", "exact", "prefix", "suffix", "status"])
