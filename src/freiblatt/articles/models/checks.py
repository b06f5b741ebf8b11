"""Who checked an article before it was published, and the step of the workflow in which that happens."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.locks import WorkflowLock
from wagtail.models import Page, Revision, Task, TaskState


class Check(models.Model):
    """Somebody answers for an article's text as it was then: after reading what others wrote, or alone with a reason.

    It holds for the text, not for the row of a revision: whoever changes a word needs another check.
    """

    article = models.ForeignKey("articles.ArticlePage", on_delete=models.CASCADE, related_name="checks")
    revision = models.ForeignKey(Revision, on_delete=models.SET_NULL, null=True, related_name="+")
    text_digest = models.CharField(max_length=64)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    checked_on = models.DateTimeField(auto_now_add=True)
    #: Why nobody else checked it; "" where somebody did.
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ["-checked_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.checked_by}"

    @property
    def is_exception(self) -> bool:
        """Whether it stands for a publication that nobody else checked."""
        return bool(self.reason)


class CheckLock(WorkflowLock):
    """Keeps an article as it is while it waits for its check, in words that say what to do."""

    def get_message(self, user: Any) -> str | None:
        if not self.for_user(user):
            return None
        return _(
            "The article waits for its check, and stays as it is until then. To go on writing, cancel the workflow."
        )

    def get_locked_by(self, user: Any, can_lock: bool = False) -> Any:
        return _("Unlocked") if can_lock else _("Waits for its check")

    def get_description(self, user: Any, can_lock: bool = False) -> Any:
        if can_lock:
            return _("Whoever may check the article may also change it. Lock it to keep others from that.")
        return _("Only who may check the article may change it.")


class SecondPersonCheck(Task):
    """A step of a workflow: somebody who may publish, and who did not write or submit the article, approves it."""

    #: Approves and ends the workflow without publishing; anybody who may publish does that later.
    CHECK_ONLY = "check"

    lock_class = CheckLock

    class Meta:
        verbose_name = _("check by a second person")
        verbose_name_plural = _("checks by a second person")

    @classmethod
    def get_description(cls) -> Promise:
        return _("Somebody who may publish, and who neither wrote the latest version nor submitted it, approves it.")

    def on_action(self, task_state: TaskState, user: Any, action_name: str, **kwargs: Any) -> None:
        from freiblatt.articles.actions.checking import approve_in_workflow

        if action_name in ("approve", self.CHECK_ONLY):
            approve_in_workflow(
                task_state=task_state, by=user, is_published=action_name == "approve", comment=kwargs.get("comment", "")
            )
        else:
            super().on_action(task_state, user, action_name, **kwargs)

    def get_actions(self, obj: Page, user: Any) -> list[tuple[str, str | Promise, bool]]:
        """Return what `user` may do: ask for changes, and approve what others wrote."""
        from freiblatt.articles.checking import may_check

        if not obj.permissions_for_user(user).can_publish():
            return []
        actions = [("reject", _("Ask for changes"), True)]
        if may_check(obj.specific, user):
            actions += [
                (self.CHECK_ONLY, _("Approve, publish later"), False),
                ("approve", _("Approve"), False),
            ]
        return actions

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> models.QuerySet:
        """Return the states that wait for `user`, who may approve them."""
        from freiblatt.articles.checking import may_check

        waiting = self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)
        pks = []
        for state in waiting.select_related("workflow_state"):
            page = state.workflow_state.content_object
            if page and page.permissions_for_user(user).can_publish() and may_check(page.specific, user):
                pks.append(state.pk)
        return self.task_states.filter(pk__in=pks)

    def locked_for_user(self, obj: Page, user: Any) -> bool:
        """Return whether `user` has to wait: what is being checked changes under nobody's eyes."""
        return not obj.permissions_for_user(user).can_publish()

    def user_can_lock(self, obj: Page, user: Any) -> bool:
        return obj.permissions_for_user(user).can_publish()

    def user_can_unlock(self, obj: Page, user: Any) -> bool:
        return obj.permissions_for_user(user).can_publish()
