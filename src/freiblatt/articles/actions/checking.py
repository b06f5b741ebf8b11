"""Verbs of checking: a second person reads an article before readers do, or somebody says why nobody did."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page, Revision, Task, TaskState, Workflow, WorkflowPage, WorkflowState, WorkflowTask
from wagtail.signals import workflow_approved

from freiblatt.articles.checking import may_check, standing_of, text_digest, why_not
from freiblatt.articles.models import ArticlePage, Check, SecondPersonCheck
from freiblatt.newsroom.models import PublicationSettings, StaffMember

#: Under this name an article's history records that it was published without a check.
PUBLISHED_ALONE = "articles.published_alone"
#: The workflow and the task that Wagtail brings.
FOREIGN_NAME = "Moderators approval"
#: A reason shorter than a word or two is none.
REASON_LEAST_CHARACTERS = 10


@transaction.atomic
def sync_workflow() -> None:
    """Install the articles' workflow where it never was: one step, for the whole tree. What the desk changed stays."""
    root = Page.get_first_root_node()
    if root is None or SecondPersonCheck.objects.exists():
        return
    with translation.override(settings.LANGUAGE_CODE):
        name = _("Check by a second person")
    task = SecondPersonCheck.objects.create(name=name)
    workflow = Workflow.objects.create(name=name)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    # Wagtail's own, for a group that nobody here is in; unless somebody has worked with it.
    Workflow.objects.filter(name=FOREIGN_NAME, workflow_states=None, workflow_pages=None).delete()
    Task.objects.filter(name=FOREIGN_NAME, task_states=None, workflow_tasks=None).delete()


def sync_workflow_after_migrate(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Run `sync_workflow` where all its tables exist: migrating some rooms only leaves it for the next time."""
    needed = {model._meta.db_table for model in (SecondPersonCheck, Workflow, WorkflowTask, WorkflowPage, Page)}
    with connections[using].cursor() as cursor:
        there = set(connections[using].introspection.table_names(cursor))
    if needed <= there:
        sync_workflow()


@transaction.atomic
def settle_check(*, revision: Revision, by: StaffMember) -> Check | None:
    """Return who answers for `revision`, which `by` is about to publish; None where the newsroom asks for nobody.

    Publishing what others wrote is checking it. Raises NotChecked where it is the own work and nobody else read it.
    """
    if not PublicationSettings.load().is_second_person_needed():
        return None
    article = ArticlePage.objects.get(pk=revision.object_id)
    standing = standing_of(article, revision)
    if standing.check:
        return standing.check
    if not may_check(article, by, standing):
        raise why_not(article, by, standing)
    return _note(article, revision, by)


@transaction.atomic
def check_article(*, article: ArticlePage, by: StaffMember) -> Check:
    """Return the check of the article's latest version by `by`, who may publish. Raises NotChecked for the own work."""
    revision = article.get_latest_revision()
    standing = standing_of(article, revision)
    if not may_check(article, by, standing):
        raise why_not(article, by, standing)
    return _note(article, revision, by)


@transaction.atomic
def approve_in_workflow(*, task_state: TaskState, by: StaffMember, is_published: bool, comment: str = "") -> TaskState:
    """Approve what waits in the workflow: published (or scheduled) at once, or left to whoever publishes it later.

    Raises NotChecked, and changes nothing, where it is the own work; PermissionDenied where it no longer waits or `by`
    may not publish.
    """
    # The article first, as whoever withdraws it: else two could wait for each other.
    article = ArticlePage.objects.select_for_update().get(pk=task_state.workflow_state.object_id)
    state = WorkflowState.objects.select_for_update().get(pk=task_state.workflow_state_id)
    if state.current_task_state_id != task_state.pk or not article.permissions_for_user(by).can_publish():
        raise PermissionDenied
    check_article(article=article, by=by)
    if is_published or not state.is_at_final_task:
        return task_state.approve(user=by, comment=comment)
    task_state.approve(user=by, update=False, comment=comment)
    state.status = WorkflowState.STATUS_APPROVED
    state.save()
    workflow_approved.send(sender=WorkflowState, instance=state, user=by)
    return task_state


@transaction.atomic
def publish_alone(*, revision: Revision, by: StaffMember, reason: str) -> ArticlePage:
    """Publish or schedule `revision` though nobody else has checked it, and return the article.

    The reason stays in the article's history. Raises ValidationError without one, Incomplete as publishing does,
    PermissionDenied for somebody who may not publish.
    """
    reason = " ".join(reason.split())
    if len(reason) < REASON_LEAST_CHARACTERS:
        raise ValidationError(_("Say in a few words why nobody else can check it; others will read it."))
    article = ArticlePage.objects.select_for_update().get(pk=revision.object_id)
    if not article.permissions_for_user(by).can_publish():
        raise PermissionDenied
    _note(article, revision, by, reason)
    log(instance=article, action=PUBLISHED_ALONE, user=by, revision=revision, data={"reason": reason})
    revision.publish(user=by)
    return ArticlePage.objects.get(pk=article.pk)


def _note(article: ArticlePage, revision: Revision | None, by: Any, reason: str = "") -> Check:
    return Check.objects.create(
        article=article,
        revision=revision,
        text_digest=text_digest(revision) if revision else "",
        checked_by=by,
        reason=reason,
    )
