"""What readers see of passages: at the comments about them, and in the article."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Min, QuerySet
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from freiblatt.discussion.models import (
    Anchor,
    AnchorStatus,
    Comment,
    CommentKind,
    CommentState,
    CorrectionAnswer,
    Thread,
    Verdict,
)
from freiblatt.discussion.passages.drawing import MOST_MARKED, Additions, Marked, draw, mark_id, plain_link
from freiblatt.discussion.passages.texts import BLOCKS_OF_WORDS, BlockText, read
from freiblatt.discussion.reading.addresses import Addresses
from freiblatt.discussion.reading.shown import ShownPassage

if TYPE_CHECKING:
    from freiblatt.articles.models import ArticlePage

#: Characters of a passage that stand above a comment; who wants all of it follows the link.
LONGEST_QUOTED = 300
#: The id of the element that says what the links at paragraphs' ends are.
LABEL = "say"


@dataclass(frozen=True, slots=True)
class Notes:
    """What stands beside the text of some comments, by their ids."""

    passages: dict[int, Anchor]
    answers: dict[int, CorrectionAnswer]


def notes_of(comments: Iterable[Comment]) -> Notes:
    """Return passages and answers to corrections; asks the database only for comments that may have one."""
    found = list(comments)
    with_passage = [one.pk for one in found if one.has_passage and not one.is_tombstone]
    correcting = [one.pk for one in found if one.kind == CommentKind.CORRECTION and not one.is_tombstone]
    anchors = Anchor.objects.filter(comment__in=with_passage) if with_passage else ()
    answers = CorrectionAnswer.objects.filter(comment__in=correcting) if correcting else ()
    return Notes({one.comment_id: one for one in anchors}, {one.comment_id: one for one in answers})


def shown_passage(anchor: Anchor | None, addresses: Addresses) -> ShownPassage | None:
    """Return what stands above a comment about a passage: the words that were chosen, whatever became of them."""
    if anchor is None:
        return None
    is_lost = anchor.status == AnchorStatus.LOST
    note = ""
    if is_lost:
        note = _("This passage is no longer in the article.")
    elif anchor.status == AnchorStatus.CHANGED:
        note = _("The passage has changed since.")
    return ShownPassage(
        words=clipped(anchor.first_words),
        url="" if is_lost else f"{addresses.article}#{mark_id(anchor.block, anchor.start)}",
        note=note,
    )


def clipped(words: str) -> str:
    """Return words on one line, cut behind LONGEST_QUOTED characters."""
    plain = " ".join(words.split())
    return plain if len(plain) <= LONGEST_QUOTED else f"{plain[: LONGEST_QUOTED - 1].rstrip()}…"


def verdict_text(answer: CorrectionAnswer | None) -> str:
    """Return what the newsroom says to a correction; "" while it is open."""
    if answer is None:
        return ""
    if answer.verdict == Verdict.ACCEPTED:
        if answer.reason:
            return _("Accepted by the newsroom: %(reason)s") % {"reason": answer.reason}
        return _("Accepted by the newsroom.")
    return _("Declined by the newsroom: %(reason)s") % {"reason": answer.reason}


@dataclass(frozen=True, slots=True)
class NotedPlace:
    """One passage of an article, with all public comments on it together."""

    block: str
    start: int
    end: int
    status: str
    exact: str
    first_words: str
    is_question: bool
    n_comments: int
    first_comment: int


@dataclass(frozen=True, slots=True)
class Noted:
    """What an article's page needs to know of its passages."""

    is_open: bool
    #: In the order of their first comments.
    places: tuple[NotedPlace, ...]
    #: Anchors of the newsroom's questions.
    questions: tuple[Anchor, ...]


def fetch_noted(article: "ArticlePage") -> Noted:
    """Return what the page of `article` shows of passages, once for each object `article`.

    Two statements, and one more where the newsroom asks something; however many comments there are, their texts stay
    where they are.
    """
    noted: Noted | None = getattr(article, "noted_passages", None)
    if noted is None:
        thread = Thread.objects.filter(article=article).first()
        public = Anchor.objects.filter(article=article, comment__state=CommentState.PUBLIC)
        places = _places(public) if thread is not None else ()
        asking = public.filter(comment__kind=CommentKind.QUESTION).select_related("comment__author")
        questions = asking.defer("prefix", "suffix", "comment__source_text").order_by("comment_id")
        noted = Noted(
            is_open=thread is not None and thread.is_open(),
            places=places,
            questions=tuple(questions) if any(one.is_question for one in places) else (),
        )
        article.noted_passages = noted  # type: ignore[attr-defined]
    return noted


def _places(anchors: QuerySet[Anchor]) -> tuple[NotedPlace, ...]:
    same = anchors.values("block", "start", "end", "status", "exact", "first_words", "comment__kind")
    counted = same.annotate(n_comments=Count("pk"), first_comment=Min("comment_id")).order_by("first_comment")
    return tuple(
        NotedPlace(is_question=one.pop("comment__kind") == CommentKind.QUESTION, **one) for one in map(dict, counted)
    )


def draw_passages(article: "ArticlePage", blocks: Sequence[tuple[str, str, SafeString]]) -> list[SafeString]:
    """Return the blocks of an article's body (name, id, HTML) with what readers and the newsroom say at passages.

    A passage whose words do not stand in its place, to the letter, is not marked.
    """
    noted = fetch_noted(article)
    if not noted.is_open and not noted.places:
        return [html for _name, _block, html in blocks]
    addresses = Addresses(article)
    ground, relative = 0, addresses.paragraph(0).removeprefix(addresses.article).removesuffix("0/")
    drawn = []
    for name, block, html in blocks:
        if name not in BLOCKS_OF_WORDS or not block:
            drawn.append(html)
            continue
        text = read(html)
        here = [one for one in noted.places if _stands(one, block, text)]
        asked = [one for one in noted.questions if _stands(one, block, text)]
        drawn.append(
            draw(
                html,
                text,
                block=block,
                additions=Additions(
                    marked=_marked(here),
                    behind=_questions(asked, text, addresses),
                    is_whole=name == "quotation",
                ),
                comment_link=lambda number, ground=ground: (
                    plain_link(f"{relative}{ground + number}/", label=LABEL, classes="say")
                    if noted.is_open
                    else SafeString()
                ),
                count_link=lambda number, count, ground=ground: plain_link(
                    f"{relative}{ground + number}/", label=_count_label(count), classes="said", count=count
                ),
            )
        )
        ground += len(text.paragraphs)
    return [*drawn, _label()] if noted.is_open and ground else drawn


def _stands(anchor: Anchor | NotedPlace, block: str, text: BlockText) -> bool:
    is_there = anchor.status != AnchorStatus.LOST and anchor.block == block
    return is_there and text.text[anchor.start : anchor.end] == anchor.exact


def _marked(places: Iterable[NotedPlace]) -> list[Marked]:
    """Return the places that readers commented on, those with most comments where there are very many."""
    counts: dict[tuple[int, int], int] = {}
    for one in places:
        if not one.is_question:
            counts[one.start, one.end] = counts.get((one.start, one.end), 0) + one.n_comments
    most = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_MARKED]
    return [Marked(start, end, count) for (start, end), count in sorted(most)]


def _questions(anchors: Iterable[Anchor], text: BlockText, addresses: Addresses) -> dict[int, list[SafeString]]:
    """Return the newsroom's questions, by the number of the paragraph behind which each stands."""
    found: dict[int, list[SafeString]] = {}
    for one in anchors:
        number = next(at for at, paragraph in enumerate(text.paragraphs) if one.end <= paragraph.end)
        shown = {
            "name": one.comment.name,
            "words": clipped(text.text[one.start : one.end]),
            "html": mark_safe(one.comment.html),  # noqa: S308 (cleaned when it was written)
            "is_unfolded": one.is_unfolded,
            "pk": one.comment_id,
            "url": addresses.comment(one.comment_id),
            "answer_url": addresses.answer(one.comment_id),
        }
        html = render_to_string("discussion/question.html", {"question": shown}).rstrip("\n")
        found.setdefault(number, []).append(mark_safe(html))  # noqa: S308 (a template's answer)
    return found


def _count_label(count: int) -> str:
    return ngettext("%(count)d comment on this passage", "%(count)d comments on this passage", count) % {"count": count}


def _label() -> SafeString:
    words = (_("Comment on this paragraph"), _("Comment on these words"))
    return mark_safe(  # noqa: S308 (escaped here)
        f'<span id="{LABEL}" data-words="{escape(words[1])}" hidden>{escape(words[0])}</span>'
    )


def render_lost(article: "ArticlePage") -> str:
    """Return what stands below an article of passages that are no longer in it, as safe HTML; "" where none were lost.

    Their comments stand in the discussion as before.
    """
    addresses = Addresses(article)
    lost: dict[str, list[NotedPlace]] = {}
    for one in fetch_noted(article).places:
        if one.status == AnchorStatus.LOST:
            lost.setdefault(clipped(one.first_words), []).append(one)
    if not lost:
        return ""
    shown = [
        {
            "words": words,
            "url": addresses.comment(found[0].first_comment),
            "count": _count_label(sum(one.n_comments for one in found)),
        }
        for words, found in list(lost.items())[:MOST_MARKED]
    ]
    return render_to_string("discussion/lost_passages.html", {"lost": shown})
