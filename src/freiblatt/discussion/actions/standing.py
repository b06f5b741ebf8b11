"""What the desk has decided about a writer before."""

from django.db.models import Count, Q

from freiblatt.discussion.models import Comment, CommentState
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
    return Standing(**counts)
