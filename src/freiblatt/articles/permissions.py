"""Who may do what with one page or file, where Wagtail's own answer is wider or narrower than our roles mean it.

The own articles of a member are those that the member began, and those whose byline names an author whose account is
the member's: in the version that readers see, or in the latest draft.
"""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from wagtail.models import Page, PagePermissionTester, ReferenceIndex
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy


class ReaderPagePermissions(PagePermissionTester):
    """Who may do what with a page that is no article: writing articles gives no right to make or change others."""

    @property
    def is_editor(self) -> bool:
        """Whether this member may change pages that others made."""
        return self.user.is_active and (self.user.is_superuser or "change" in self.permissions)

    def can_add_subpage(self) -> bool:
        return self.is_editor and super().can_add_subpage()

    def can_edit(self) -> bool:
        return self.is_editor and super().can_edit()

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        return self.is_editor and super().can_delete(ignore_bulk)


class SectionPermissions(ReaderPagePermissions):
    """Who may do what with a section: whoever may add pages adds articles to it."""

    def can_add_subpage(self) -> bool:
        return PagePermissionTester.can_add_subpage(self)


class FrontPagePermissions(ReaderPagePermissions):
    """A publication without a front page answers nobody: it can be changed, but not taken away."""

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        return False

    def can_unpublish(self) -> bool:
        return False

    def can_move(self) -> bool:
        return False

    def can_copy(self) -> bool:
        return False


class ArticlePermissions(PagePermissionTester):
    """Who may do what with an article: those named in its byline edit it, as whoever began it does."""

    def can_edit(self) -> bool:
        # First, because Wagtail asks for the page's workflow where it knows no other reason.
        is_author = self.user.is_active and not self.user.is_superuser and "add" in self.permissions
        return (is_author and self.page.pk in bylined_pks(self.user)) or super().can_edit()

    def can_lock(self) -> bool:
        # Authors keep others from their own article while they write on; a check decides for itself who may.
        return super().can_lock() or (self.can_edit() and not self.page.workflow_in_progress)


def bylined_pks(user: Any) -> set[int]:
    """Return the keys of the articles whose byline names an author with the account of `user`; asked once a request."""
    from freiblatt.articles.models import Byline, DraftByline

    known: set[int] | None = getattr(user, "_bylined_pks", None)
    if known is None:
        published = Byline.objects.order_by().filter(author__staff_member=user).values_list("article_id")
        drafts = DraftByline.objects.filter(author__staff_member=user).values_list("article_id")
        known = user._bylined_pks = {pk for (pk,) in published.union(drafts)}
    return known


class FilePolicy(CollectionOwnershipPermissionPolicy):
    """Who may do what with a picture, document or recording: once readers see it, it is no longer its uploader's own.

    Else whoever may not publish could put another file or another caption before readers.
    """

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        if not super().user_has_any_permission_for_instance(user, actions, instance):
            return False
        lasting = set(actions) & {"choose", "change"} | ({"change"} if "delete" in actions else set())
        return self._check_perm(user, lasting, collection=instance.collection) or not is_shown_to_readers(instance)


def is_shown_to_readers(thing: Model) -> bool:
    """Return whether a published page shows `thing`, or something that is no page does: an author, a topic, a film."""
    references = ReferenceIndex.get_references_to(thing)
    pages = references.filter(base_content_type=ContentType.objects.get_for_model(Page))
    pks = [int(pk) for pk in pages.values_list("object_id", flat=True)]
    return Page.objects.live().filter(pk__in=pks).exists() or references.count() > len(pks)


def register_policies() -> None:
    """Let Wagtail ask `FilePolicy` for our pictures, documents and recordings; called once, when the room is ready."""
    from wagtail.permissions import policy_registry, register_permission_policy
    from wagtailmedia.permissions import MediaPermissionPolicyChecker

    from freiblatt.articles.models import ArticleDocument, Picture, Recording

    for model, named in (
        (Picture, "wagtailimages.Image"),
        (ArticleDocument, "wagtaildocs.Document"),
        (Recording, "wagtailmedia.Media"),
    ):
        policy = FilePolicy(model, auth_model=named, owner_field_name="uploaded_by_user")
        # For this very class: the libraries register theirs, for the class and those below it, after us.
        register_permission_policy(model, policy, exact_class=True)
    # Its views hold a policy of their own and say that they will ask the registry.
    MediaPermissionPolicyChecker.policy = property(lambda checker: policy_registry.get_by_type(Recording))
