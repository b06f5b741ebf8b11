"""The queue learns from what was decided, and is sorted by it."""

from django.db.models import Q, QuerySet
from django.utils import timezone
from django_tasks import task

from freiblatt.discussion.judgement import VERSION, Judgement, lessons_of
from freiblatt.discussion.models import Comment, CommentState, Lesson

#: How far back lessons go, and how many comments are sorted in one run.
LESSONS = 2000
SORTED = 1000
REFUSED = (CommentState.REFUSED, CommentState.REMOVED)


@task(queue_name="bulk")
def learn_from_decisions() -> int:
    """Learn anew from the last decisions, and sort what waits; return from how many.

    A decision is a comment that was held and approved, refused, or removed. Erased ones have no text left: what was
    learnt from them is forgotten here.
    """
    decided = Comment.objects.filter(Q(state__in=REFUSED) | Q(state=CommentState.PUBLIC) & ~Q(hold_reasons=[]))
    texts = decided.exclude(source_text="").order_by("-pk").values_list("source_text", "state")[:LESSONS]
    judgement = Judgement.learn(lessons_of(texts, refused=REFUSED))
    if judgement is None:
        Lesson.objects.all().delete()
        Comment.objects.filter(state=CommentState.WAITING, doubt__isnull=False).update(doubt=None)
        return 0
    Lesson.objects.update_or_create(
        pk=1,
        defaults={
            "weights": judgement.packed(),
            "version": VERSION,
            "decisions": len(texts),
            "learnt_on": timezone.now(),
        },
    )
    _sort(judgement, Comment.objects.filter(state=CommentState.WAITING))
    return len(texts)


@task(queue_name="default")
def sort_new_comments() -> int:
    """Sort what has come since the last lesson; return how many comments."""
    fresh = Comment.objects.filter(state=CommentState.WAITING, doubt__isnull=True)
    if not fresh.exists():
        return 0
    judgement = judgement_of_today()
    return _sort(judgement, fresh) if judgement is not None else 0


def judgement_of_today() -> Judgement | None:
    """Return what was learnt last; None where nothing was, or by another version."""
    lesson = Lesson.objects.filter(pk=1, version=VERSION).first()
    return Judgement.unpacked(bytes(lesson.weights)) if lesson is not None else None


def _sort(judgement: Judgement, waiting: QuerySet[Comment]) -> int:
    found = list(waiting.only("pk", "source_text").order_by("pk")[:SORTED])
    for comment in found:
        comment.doubt = round(judgement.doubt(comment.source_text) * 1000)
    Comment.objects.bulk_update(found, ["doubt"], batch_size=200)
    return len(found)
