"""Every door of the admin, and a small newsroom in which each of them leads somewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.template import Origin
from django.template.loaders.base import Loader
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Collection, GroupApprovalTask, Locale, Site, Workflow, WorkflowTask

from freiblatt.articles.actions import share_draft
from freiblatt.articles.models import ArticleDocument, ArticlePage, Recording
from freiblatt.discussion.actions import add_comment, open_thread
from freiblatt.jobs.models import Job
from freiblatt.newsroom.models import Menu, MenuPlace, PublicationSettings, StaffMember
from freiblatt.newsroom.roles import Role
from tests.cast import make_member, make_owner
from tests.factories import house_rule, make_article, make_author, make_section, make_topic
from tests.jobs import errands
from tests.pictures import make_picture, picture_bytes


class EmptyPages(Loader):
    """Gives every template and puts nothing into it: whether somebody may come in is decided before."""

    def get_template_sources(self, template_name: str) -> Iterator[Origin]:
        yield Origin(name=template_name, template_name=template_name, loader=self)

    def get_contents(self, origin: Origin) -> str:
        return ""


@dataclass(frozen=True)
class Door:
    """An address of the admin: its name with namespaces, its route, and the names of its arguments."""

    name: str
    route: str
    arguments: tuple[str, ...]
    pattern: URLPattern


def doors() -> Iterator[Door]:
    """Yield every door below /admin/, those of libraries too; one without a name has its route for one."""

    def walk(resolver: URLResolver, route: str, spaces: tuple[str, ...]) -> Iterator[Door]:
        for one in resolver.url_patterns:
            longer = route + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one, longer, (*spaces, one.namespace) if one.namespace else spaces)
            elif longer.lstrip("^").startswith("admin/"):
                name = ":".join((*spaces, one.name)) if one.name else longer
                yield Door(name, longer, tuple(one.pattern.regex.groupindex), one)

    yield from walk(get_resolver(), "", ())


class World:
    """One object of every kind behind a door; of pages and files one that the author made and one that others made."""

    def __init__(self) -> None:
        self.members: dict[Role, StaffMember] = {
            Role.OWNER: make_owner(),
            **{role: make_member(role) for role in Role if role is not Role.OWNER},
        }
        author, editor = self.members[Role.AUTHOR], self.members[Role.EDITOR]
        self.section = make_section()
        self.elsewhere = make_section(title="Wirtschaft")
        self.topic, self.author_card = make_topic(), make_author()
        self.own = make_article(section=self.section, title="Eigener Entwurf", is_published=False, owner=author)
        self.foreign = make_article(section=self.section, title="Fremder Artikel", owner=editor)
        lock = {"locked": True, "locked_by": editor, "locked_at": timezone.now()}
        self.locked = make_article(section=self.section, title="Gesperrt", owner=editor, **lock)
        for page, member in ((self.own, author), (self.foreign, editor)):
            for title in ("Früher", page.title):
                page.title = title
                page.save_revision(user=member)
        self.shares = {page.pk: share_draft(article=page, for_whom="Dr. Ada", by=None)[0] for page in self.pages()}
        self.workflow = Workflow.objects.create(name="Vier Augen")
        self.task = GroupApprovalTask.objects.create(name="Gegenlesen")
        self.task.groups.set(editor.groups.all())
        WorkflowTask.objects.create(workflow=self.workflow, task=self.task)
        self.states = {page.pk: self.workflow.start(page, author) for page in (self.own, self.foreign)}
        small = picture_bytes(width=40, height=30)
        self.pictures = {one: make_picture(content=small) for one in ("own", "foreign")}
        self.documents = {one: self._document(one) for one in ("own", "foreign")}
        self.recordings = {one: self._recording(one) for one in ("own", "foreign")}
        for thing in (self.pictures["own"], self.documents["own"], self.recordings["own"]):
            thing.uploaded_by_user = author
            thing.save()
        self.rendition = self.pictures["foreign"].get_rendition("max-165x165")
        self.collection = Collection.get_first_root_node().add_child(name="Archiv")
        self.menu = Menu.objects.create(place=MenuPlace.MAIN, locale=Locale.objects.get(language_code="de"))
        self.redirect = Redirect.objects.create(old_path="/alt", redirect_link="https://example.org/")
        self.settings = PublicationSettings.load()
        self.settings.save()
        self.comments = {
            which: add_comment(thread=open_thread(article=page), text="§Wer haftet?§", guest_name="Helga")
            for which, page in (("own", self.own), ("foreign", self.foreign))
        }
        errands.give_up.enqueue()
        self.job = Job.objects.get(task_path=errands.give_up.module_path)

    def pages(self) -> tuple[ArticlePage, ArticlePage]:
        """Return the author's own article and the other one."""
        return self.own, self.foreign

    @staticmethod
    def _document(name: str) -> ArticleDocument:
        return ArticleDocument.objects.create(title=name, file=ContentFile(b"%PDF-1.4 %%EOF", f"{name}.pdf"))

    @staticmethod
    def _recording(name: str) -> Recording:
        sound = ContentFile(b"RIFF", f"{name}.wav")
        return Recording.objects.create(title=name, type="audio", credit="Rosa", duration=1, file=sound)

    def address(self, door: Door, which: str) -> str:
        """Return the address of `door` for the object that the author made ("own") or somebody else ("foreign")."""
        page = self.own if which == "own" else self.foreign
        space = door.name.rpartition(":")[0]
        known: dict[str, Any] = {
            "page_id": page.pk,
            "share_pk": self.shares[page.pk].pk,
            "page_pk": page.pk,
            "page_to_move_id": page.pk,
            "parent_page_id": self.section.pk,
            "destination_id": self.elsewhere.pk,
            "content_type_app_name": "articles",
            "content_type_model_name": "articlepage",
            "revision_id": page.revisions.order_by("pk").first().pk,
            "revision_id_a": "earliest",
            "revision_id_b": "latest",
            "workflow_state_id": self.states[page.pk].pk,
            "task_state_id": self.states[page.pk].current_task_state.pk,
            "task_id": self.task.pk,
            "workflow_pk": self.workflow.pk,
            "collection_id": self.collection.pk,
            "redirect_id": self.redirect.pk,
            "picture_pk": self.pictures[which].pk,
            "image_id": self.pictures[which].pk,
            "rendition_pk": self.rendition.pk,
            "filter_spec": "max-165x165",
            "document_id": self.documents[which].pk,
            "doc_id": self.documents[which].pk,
            "media_id": self.recordings[which].pk,
            "media_type": "audio",
            "key": self.job.pk,
            "uploaded_file_id": 1,
            "session_id": 1,
            "uidb64": "MQ",
            "token": "x-y",
            "action_name": "approve",
            "object_id": page.pk,
            "pk": page.pk,
            "app_label": "articles",
            "app_name": "articles",
            "model_name": "articlepage",
        }
        known.update(self._special(door, space, which))
        if door.name == door.route:
            return "/" + door.route.replace("^.*/$", "no/such/door/")
        return reverse(door.name, kwargs={name: known[name] for name in door.arguments})

    def _special(self, door: Door, space: str, which: str) -> dict[str, Any]:
        """Return the arguments that mean something else in this part of the admin."""
        if door.name == "wagtailadmin_pages:unlock":
            return {"page_id": self.locked.pk}
        if door.name == "wagtail_bulk_action":
            return {"app_label": "wagtailcore", "model_name": "page", "action": "publish"}
        if door.name == "wagtailadmin_tag_model_autocomplete":
            return {"app_name": "taggit", "model_name": "tag"}
        match space:
            case "wagtailadmin_api:images" | "wagtailimages_chooser":
                return {"pk": self.pictures[which].pk}
            case "wagtailadmin_api:documents" | "wagtaildocs_chooser":
                return {"pk": self.documents[which].pk}
            case "wagtailadmin_api:pages":
                return {"action_name": "copy"}
            case "wagtailadmin_workflows":
                is_task = "task" in door.name
                return {
                    "pk": self.task.pk if is_task else self.workflow.pk,
                    "page_pk": self.foreign.pk,
                    "app_label": "wagtailcore",
                    "model_name": "groupapprovaltask",
                }
            case "wagtailadmin_collections":
                return {"pk": self.collection.pk}
            case "discussion_desk":
                if door.name.endswith((":thread", ":hold_all")):
                    return {"pk": self.comments[which].thread_id}
                page = self.own if which == "own" else self.foreign
                return {"pk": self.comments[which].pk, "article_pk": page.pk}
            case "wagtailsettings":
                return {"app_name": "newsroom", "model_name": "publicationsettings", "pk": self.settings.pk}
            case "simple_translation":
                is_snippet = "snippet" in door.name
                return {"model_name": "topic", "pk": self.topic.pk} if is_snippet else {}
            case "wagtailsites":
                return {"pk": Site.objects.get().pk}
            case "wagtaillocales":
                return {"pk": Locale.objects.get(language_code="en").pk}
            case "wagtailusers_users":
                return {"pk": self.members[Role.EDITOR].pk}
            case "wagtailusers_groups":
                return {"pk": self.members[Role.EDITOR].groups.get().pk}
        things = {"author": self.author_card, "topic": self.topic, "menu": self.menu, "houserule": house_rule()}
        last = space.rpartition("_")[2]
        if "snippet" in space and last in things:
            return {"pk": things[last].pk}
        return {}
