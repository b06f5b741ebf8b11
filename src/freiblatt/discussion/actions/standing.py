"""What the desk has decided about a writer before."""

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from freiblatt.discussion.models import (
    Comment,
    CommentState,
    Objection,
    ObjectionSide,
    ObjectionState,
    WriterRecord,
)
from freiblatt.discussion.rules import Standing
from freiblatt.readers.models import Reader

NOT_WANTED = (CommentState.REFUSED, CommentState.REMOVED)


def standing_of(writer_key: str, *, reader: Reader | None = None, without: int = 0) -> Standing:
    """Return what the desk has decided about a writer, `without` one comment; nothing of somebody whom nothing shows.

    A writer is who came with the same key, and who stands behind the same confirmed address.
    """
    whose = Q(writer_key=writer_key) if writer_key else Q()
    if reader is not None:
        whose |= Q(reader=reader)
    if not whose:
        return Standing()
    counts = (
        Comment.objects.filter(whose)
        .exclude(pk=without)
        .aggregate(
            approved=Count("pk", filter=Q(state=CommentState.PUBLIC)),
            refused=Count("pk", filter=Q(state__in=NOT_WANTED) & ~_was_wrongly_erased()),
        )
    )
    taken_back = WriterRecord.objects.filter(whose).aggregate(n=Sum("n_refused"))["n"] or 0
    return Standing(approved=counts["approved"], refused=counts["refused"] + taken_back)


def _was_wrongly_erased() -> Q:
    """What holds of a comment whose text could not come back when its writer's objection was granted."""
    granted = Objection.objects.filter(
        decision__comment=OuterRef("pk"), side=ObjectionSide.WRITER, state=ObjectionState.GRANTED
    )
    return Q(Exists(granted), source_text="")


def remember_refusal(comment: Comment) -> None:
    """Count a comment that the desk did not want among its writer's, before the writer takes it back."""
    if comment.writer_key and Comment.objects.filter(~_was_wrongly_erased(), pk=comment.pk, state__in=NOT_WANTED):
        record, _is_new = WriterRecord.objects.get_or_create(writer_key=comment.writer_key)
        WriterRecord.objects.filter(pk=record.pk).update(
            n_refused=F("n_refused") + 1, reader=comment.reader_id or record.reader_id
        )
