"""What the desk has decided about a writer before."""

from django.db.models import Count, F, Q, Sum

from freiblatt.discussion.models import Comment, CommentState, WriterRecord
from freiblatt.discussion.rules import Standing
from freiblatt.readers.models import Reader


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
            refused=Count("pk", filter=Q(state__in=[CommentState.REFUSED, CommentState.REMOVED])),
        )
    )
    taken_back = WriterRecord.objects.filter(whose).aggregate(n=Sum("n_refused"))["n"] or 0
    return Standing(approved=counts["approved"], refused=counts["refused"] + taken_back)


def remember_refusal(comment: Comment) -> None:
    """Count a comment that the desk did not want among its writer's, before the writer takes it back."""
    if comment.state in (CommentState.REFUSED, CommentState.REMOVED) and comment.writer_key:
        record, _is_new = WriterRecord.objects.get_or_create(writer_key=comment.writer_key)
        WriterRecord.objects.filter(pk=record.pk).update(
            n_refused=F("n_refused") + 1, reader=comment.reader_id or record.reader_id
        )
