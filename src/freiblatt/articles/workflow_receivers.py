"""What the room hears of workflows, and the letters that it has written then, in the reader's own language."""

import logging
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from wagtail.models import TaskState, WorkflowState
from wagtail.signals import task_submitted, workflow_approved, workflow_rejected, workflow_submitted
from wagtail.users.models import UserProfile

from freiblatt.articles.checking import may_check, standing_of
from freiblatt.articles.models import ArticlePage, SecondPersonCheck
from freiblatt.letters.actions import LetterError, post_letter
from freiblatt.newsroom.models import StaffMember

logger = logging.getLogger(__name__)


def connect() -> None:
    """Hear of workflows, in the place of Wagtail's own notices, which are no letters of ours.

    A receiver is known by its `dispatch_uid`, and the first one stays: Wagtail's room is readied after this one.
    """
    workflow_submitted.connect(
        leave_to_its_step, sender=WorkflowState, dispatch_uid="workflow_state_submitted_email_notification"
    )
    workflow_rejected.connect(
        tell_that_changes_are_wanted,
        sender=WorkflowState,
        dispatch_uid="workflow_state_rejected_email_notification",
    )
    workflow_approved.connect(
        tell_that_it_is_approved, sender=WorkflowState, dispatch_uid="workflow_state_approved_email_notification"
    )
    task_submitted.connect(tell_that_it_waits, dispatch_uid="articles.tell_that_it_waits")


def leave_to_its_step(**kwargs: Any) -> None:
    """Say nothing: whoever has to do something hears of it when the step begins, also after changes were asked for."""


def tell_that_it_waits(instance: TaskState, user: Any = None, **kwargs: Any) -> None:
    """Write to everybody who may check an article that waits for a second person."""
    article = ArticlePage.objects.filter(pk=instance.workflow_state.object_id).first()
    if article is None or not isinstance(instance.task.specific, SecondPersonCheck):
        return
    standing = standing_of(article)
    _write(
        (one for one in StaffMember.objects.who_may_publish() if may_check(article, one, standing)),
        "submitted",
        instance,
        article,
        by=user or standing.submitted_by,
    )


def tell_that_changes_are_wanted(instance: WorkflowState, user: Any = None, **kwargs: Any) -> None:
    """Write to author and submitter what the checker wants changed."""
    _write_to_authors(instance, "rejected", by=user)


def tell_that_it_is_approved(instance: WorkflowState, user: Any = None, **kwargs: Any) -> None:
    """Write to author and submitter that the article is approved."""
    _write_to_authors(instance, "approved", by=user)


def _write_to_authors(state: WorkflowState, kind: str, *, by: Any) -> None:
    # As it is now: approving may have published it.
    article = ArticlePage.objects.filter(pk=state.object_id).first()
    if article is None or state.current_task_state is None:
        return
    concerned = {one.pk: one for one in (state.requested_by, standing_of(article).written_by, article.owner) if one}
    _write(concerned.values(), kind, state.current_task_state, article, by=by)


def _write(
    members: Iterable[StaffMember], kind: str, task_state: TaskState, article: ArticlePage, *, by: StaffMember | None
) -> None:
    """Post one letter of `kind` to each of `members` who wants it and is not the one who caused it."""
    draft = article.get_latest_revision_as_object()
    for member in members:
        profile = UserProfile.get_for_user(member)
        if not member.is_active or (by and member.pk == by.pk) or not getattr(profile, f"{kind}_notifications"):
            continue
        try:
            post_letter(
                to=member.email,
                to_name=member.get_full_name(),
                template=f"articles/letters/{kind}",
                context={
                    "title": draft.title,
                    "by": str(by) if by else "",
                    "comment": task_state.comment,
                    "go_live_at": draft.go_live_at,
                    "is_live": article.live,
                    "is_scheduled": article.approved_schedule,
                    "url": settings.WAGTAILADMIN_BASE_URL + reverse("wagtailadmin_pages:edit", args=[article.pk]),
                },
                language=profile.preferred_language or settings.LANGUAGE_CODE,
                kind=f"articles_{kind}",
                dedupe_key=f"articles_{kind}:{task_state.pk}:{member.pk}",
            )
        except LetterError as error:
            # The work goes on; who it was stands in the newsroom's list of members, not in the log.
            logger.warning("Staff member %s could not be written to: %s", member.pk, error)
