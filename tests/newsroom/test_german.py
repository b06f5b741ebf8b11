"""The desk speaks German whole: no page, form, dialogue or message of it says in German what it says in English.

What the two have in common is either a name, or a word of both languages, and those are listed here.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polib
import pytest
import wagtail.admin
from bs4 import BeautifulSoup
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import Comment
from wagtail.test.utils.form_data import querydict_from_html
from wagtail.users.models import UserProfile

from freiblatt.articles.times import clock_of
from freiblatt.discussion.actions import add_comment, open_thread
from freiblatt.discussion.models import CommentState, HouseRuleText
from freiblatt.letters.models import Letter
from freiblatt.lib.wording import in_words
from freiblatt.newsroom import roles
from freiblatt.newsroom.actions.staff import invite
from freiblatt.newsroom.roles import Role
from tests.factories import make_article
from tests.newsroom.signing_in import enter_password, give_app
from tests.newsroom.test_doors import CLOSED, NOT_OPENED, key_of, names_in
from tests.newsroom.walk import Door, World, doors

pytestmark = [pytest.mark.django_db, pytest.mark.once]

#: Words that are the same in both languages, or are said so in both.
IN_BOTH = {
    *(
        "Administrator",
        "Alias",
        "App",
        "Archiv",
        "Dossier",
        "Esc",
        "Feed",
        "Format",
        "Image",
        "Import",
        "Layout",
        "Link",
    ),
    *("Links", "Logo", "Maximum", "Minimum", "Name", "Passkeys", "Permanent", "Post", "Server", "Slug"),
    *("Status", "System", "Text", "Version", "Website", "Workflow", "Workflows", "Video", "Audio", "optional"),
    *(
        "April",
        "August",
        "November",
        "September",
        "UTC",
        "URL",
        "Wagtail",
        "Message-ID",
        "HTML",
        "IP",
        "In",
        "in",
        "Moderation",
        "Esc",
    ),
}
#: Names of the cast and of what it made; addresses, files and codes.
NAMES = re.compile(
    r"Testblatt|Freiblatt|freiblatt staff \w+|Deutsch|English|Englisch|Olga|Owner\b|Rosa Winter|Dr\. Ada|Helga|Handel|"
    r"Hafen|Europa|Wirtschaft|Eigener Entwurf|Fremder Artikel|Gesperrt|Früher|Vier Augen|Gegenlesen|Archiv|Frisch|"
    r"§.*|xyzxyz|Alle Seiten|Alle Dateien|not found|Die Redaktion hat diesen Artikel zurückgezogen\. Sie steht .*|"
    r"articles\.\w+page|v\d[\d.]+|Unter dem Namen \(Deutsch\)|Ihr Konto in der Redaktion von Testblatt|"
    r"Prüfung durch eine zweite Person|\bown\b|\bforeign\b|§[^§]*§|\S+@[\w.]+|\S*://\S+|[\w-]*/[\w/.-]+|"
    r"\b[0-9a-f]{8,}\b\S*|\S+\.(?:pdf|jpg|wav|toml|css|js)\b|mail_\w+|Rainer Testerin|Wer haftet\?"
)
#: No word of German is written so.
ENGLISH = re.compile(
    r"\b(the|of|this|and|you|your|for|with|pages?|edit|add|delete|choose|select|search|from|are|not|has|have|view|"
    r"users?|images?|files?|new|created|updated|published|publish|drafts?|history|items?|results?|been|title|type|"
    r"usage|field|required|invalid|unknown|settings|reports?|email|sign|please|enter|must|should|cannot|there|which)\b",
    re.IGNORECASE,
)
#: They show the page as readers will see it, in the page's language.
FOR_READERS = {"wagtailadmin_pages:view_draft", "wagtailadmin_pages:revisions_view"}
FOR_READERS |= {f"wagtailadmin_pages:{name}" for name in ("preview_on_edit", "preview_on_add", "workflow_preview")}
WORD = re.compile(r"[^\W\d_]{2,}")
SPOKEN = ("alt", "aria-label", "aria-roledescription", "label", "placeholder", "title")
#: Attributes of Wagtail's scripts that hold words.
SAID_BY_SCRIPTS = re.compile(r"data-.*(text|label|message|content|active)-?(value|param)?$")
#: Keys of JSON whose strings are read by people.
SPOKEN_KEYS = re.compile(r"(^|_)(label|text|title|message|heading|description|helptext|verbosename)s?$", re.I)


class Paper(World):
    """A newsroom in which everything happens at once."""

    def __init__(self) -> None:
        super().__init__()
        owner, editor = self.members[Role.OWNER], self.members[Role.EDITOR]
        Comment.objects.create(page=self.own, user=editor, text="§ja§", contentpath="title")
        body = [("text", "<p>§a§</p>"), ("quotation", {"text": "§b§", "speaker": "§c§"}), ("lost_picture", {})]
        fresh = make_article(section=self.section, title="Frisch", is_published=False, owner=owner, body=body)
        fresh.go_live_at = timezone.now() + timedelta(days=2)
        fresh.save_revision(user=owner, approved_go_live_at=fresh.go_live_at)
        self.fresh = fresh
        thread = open_thread(article=self.foreign)
        above = add_comment(thread=thread, guest_name="Helga", text="§d§")
        self.waiting = add_comment(
            thread=thread, guest_name="Helga", text="§e§", parent=above, state=CommentState.WAITING
        )
        # The desk's own words, in each language.
        HouseRuleText.objects.update(title="§r§", text="§s§")
        self.guest, _link = invite(email="neu@example.org", roles=[Role.AUTHOR], by=owner)
        self.letter = Letter.objects.latest("pk")

    def _special(self, door: Door, space: str, which: str) -> dict[str, Any]:
        if space == "letters" and door.arguments:
            return {"pk": self.letter.pk}
        if door.name.startswith("newsroom_") and door.arguments == ("pk",):
            return {"pk": self.guest.pk}
        return super()._special(door, space, which)


@pytest.fixture
def paper(front: Any, plain_static: None) -> Paper:
    roles.sync()
    return Paper()


def strings_in(value: Any, key: str = "text") -> Iterator[str]:
    """Yield what people read in JSON that scripts show: markup, and strings under telling names."""
    if isinstance(value, str):
        if value[:1] in "{[":
            pass  # what a text editor stores
        elif "<" in value:
            yield from texts_of(value)
        elif SPOKEN_KEYS.search(key) or (" " in value and not re.search(r"[{}<>_#.=/]|--|->", value)):
            yield value
    elif isinstance(value, list):
        for one in value:
            yield from strings_in(one, key)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from strings_in(one, name)


def texts_of(html: str) -> Iterator[str]:
    """Yield every text that markup shows, reads aloud, or hands to a script that will."""
    page = BeautifulSoup(html, "html.parser")
    for script in page(["script", "style"]):
        if script.get("type") == "application/json":
            yield from strings_in(json.loads(script.get_text()), "")
        script.decompose()
    for other in page.select("pre, code, iframe, .w-side-panel-toggle__counter, #id_locale-current_time_zone"):
        other.decompose()
    for node in page.find_all(string=True):
        if type(node).__name__ == "NavigableString":
            yield str(node)
    for tag in page(True):
        for name, value in tag.attrs.items():
            is_button = name == "value" and tag.name == "input" and tag.get("type") in ("submit", "button", "reset")
            if name in SPOKEN or is_button or SAID_BY_SCRIPTS.match(name):
                yield str(value)
            elif name == "data-w-block-data-value":
                yield from strings_in(json.loads(value), "")


def said_by(response: HttpResponse) -> set[str]:
    """Return what an answer of the desk says."""
    kind = response.get("Content-Type", "")
    if "html" in kind:
        found = texts_of(response.content.decode())
    elif "json" in kind:
        found = strings_in(json.loads(response.content))
    else:
        return set()
    return {" ".join(text.split()) for text in found}


def is_suspicious(text: str) -> bool:
    """Return whether words are left in `text` when the names and the words of both languages are taken away."""
    rest = NAMES.sub(" ", text)
    return any(word not in IN_BOTH for word in re.findall(r"[^\W\d_][\w-]+", rest)) and bool(WORD.search(rest))


class Listener:
    """An owner at the desk, who asks for everything twice: in German, and in English."""

    def __init__(self, paper: Paper) -> None:
        self.client = Client(raise_request_exception=False)
        enter_password(self.client)
        give_app(paper.members[Role.OWNER])
        self.profile = UserProfile.get_for_user(paper.members[Role.OWNER])
        self.faults: dict[str, str] = {}

    def hear(self, name: str, ask: Callable[[Client], HttpResponse]) -> int:
        """Note what is said alike in both languages, or in English; return the status of the answer."""
        said = {}
        for language in ("en", "de"):
            self.profile.preferred_language = language
            self.profile.save()
            with transaction.atomic(), translation.override(language):
                response = ask(self.client)
                said[language] = said_by(response)
                transaction.set_rollback(True)
        for text in sorted(said["de"]):
            in_english = ENGLISH.search(NAMES.sub(" ", text))
            if in_english or (text in said["en"] and is_suspicious(text)):
                self.faults.setdefault(text, name)
        return response.status_code

    def told(self) -> str:
        """Return the faults as lines."""
        return "\n".join(f"{name}: {text}" for text, name in self.faults.items())


def test_every_door_of_the_desk_speaks_german(paper: Paper) -> None:
    listener = Listener(paper)
    opened, closed = set(), {*names_in(CLOSED), *NOT_OPENED}
    for door in doors():
        if key_of(door) in closed:
            continue
        for which in () if door.name in FOR_READERS else ("foreign", "own"):
            address = paper.address(door, which)
            if listener.hear(door.name, lambda client, address=address: client.get(address)) == 200:
                opened.add(door.name)
                break

    assert not listener.faults, listener.told()
    assert len(opened) > 170


def bad_forms(paper: Paper) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield addresses of forms, and with what they are sent back with a remark."""
    page, own, fresh = paper.foreign.pk, paper.own.pk, paper.fresh.pk
    past = "2001-01-01 10:00"
    yield f"/admin/pages/add/articles/articlepage/{paper.section.pk}/", {}
    yield f"/admin/pages/add/articles/sectionpage/{paper.section.get_parent().pk}/", {"title": "", "slug": "a b"}
    yield f"/admin/pages/{page}/edit/", {"action-publish": "1", "slug": "…", "go_live_at": "x", "expire_at": past}
    yield f"/admin/pages/{fresh}/edit/", {"go_live_at": "2031-01-01 10:00", "expire_at": past, "title": "§"}
    yield f"/admin/pages/{page}/copy/", {"new_title": "", "new_slug": "fremder-artikel"}
    yield f"/admin/pages/{own}/move/{paper.elsewhere.pk}/confirm/", {}
    yield f"/admin/pages/{page}/withdraw/", {}
    yield f"/admin/pages/{own}/shares/", {"for_whom": "", "days": "900"}
    yield f"/admin/pages/{own}/publish-alone/", {}
    yield f"/admin/pages/{page}/privacy/", {"restriction_type": "password"}
    for things in ("images", "documents", "media/audio", "redirects", "collections", "workflows", "media/video"):
        yield f"/admin/{things}/add/", {"duration": "x", "old_path": "x y", "redirect_link": "x"}
    for snippet in ("articles/author", "articles/topic", "newsroom/menu"):
        yield f"/admin/snippets/{snippet}/add/", {"slug": "ä ä", "texts-TOTAL_FORMS": "0", "items-TOTAL_FORMS": "0"}
    yield f"/admin/images/{paper.pictures['foreign'].pk}/", {"title": ""}
    yield "/admin/workflows/tasks/add/wagtailcore/groupapprovaltask/", {}
    yield "/admin/redirects/import/", {}
    yield "/admin/users/new/", {"email": "x"}
    yield "/admin/users/new/", {"email": "editor@example.org", "roles": ["x"]}
    yield f"/admin/users/edit/{paper.guest.pk}/", {}
    yield f"/admin/users/edit/{paper.members[Role.OWNER].pk}/", {"email": "owner@example.org", "roles": ["author"]}
    yield f"/admin/settings/newsroom/publicationsettings/{paper.settings.pk}/", {"accent": "x"}
    yield "/admin/security/password/", {"current_password": "x", "new_password1": "abc", "new_password2": "d"}
    yield "/admin/security/password/", {"old_password": "x", "new_password1": "password", "new_password2": "password"}
    yield "/admin/security/address/", {"email": "x"}
    yield "/admin/security/app/", {"code": "1"}
    yield "/admin/security/confirm/password/", {"password": "x"}
    yield "/admin/security/confirm/code/", {"code": "x"}
    yield "/admin/account/", {"name_email-email": "x", "locale-preferred_language": "x", "avatar-avatar": "x"}
    for kind in ("external-link", "email-link", "phone-link", "anchor-link"):
        yield f"/admin/choose-{kind}/", {f"{kind}-chooser-url": "§", "email-link-chooser-email_address": "§"}
    yield "/admin/post/suppressed/decide/", {"address": "x"}
    yield "/admin/images/chooser/create/", {}
    yield "/admin/documents/chooser/create/", {}
    yield "/admin/media/chooser/audio/upload/", {}


def send(client: Client, address: str, data: dict[str, Any]) -> HttpResponse:
    """Return the answer to the form at `address`, sent as it stands there but for `data`."""
    page = client.get(address)
    shown = page.content.decode() if "html" in page["Content-Type"] else json.loads(page.content).get("html", "")
    forms = [querydict_from_html(shown, form_index=index) for index in range(shown.count("<form"))]
    whole = max(forms, key=lambda form: (len(form.keys() & data.keys()), len(form)), default=QueryDict(mutable=True))
    whole["body-count"] = "0"  # what a script would add
    for name, value in data.items():
        whole.setlist(name, value if isinstance(value, list) else [value])
    return client.post(address, whole.dict() | dict(whole.lists()), follow=True)


def test_every_form_says_in_german_what_is_wrong(paper: Paper) -> None:
    listener = Listener(paper)
    for address, data in bad_forms(paper):
        status = listener.hear(address, lambda client, address=address, data=data: send(client, address, data))
        if status not in (200, 400):
            listener.faults[str(status)] = address

    assert not listener.faults, listener.told()


def lists(paper: Paper) -> Iterator[str]:
    """Yield lists in which nothing is found, and the questions before something is done to many things at once."""
    for place in ("pages", "pages/search", "images", "documents", "media", "redirects", "users", "reports/log"):
        yield f"/admin/{place}/?q=xyzxyz"
    for place in ("choose-page/search", "images/chooser", "documents/chooser", "media/chooser"):
        yield f"/admin/{place}/?q=xyzxyz"
    for place in ("articles/author", "articles/topic"):
        yield f"/admin/snippets/{place}/?q=xyzxyz"
        yield f"/admin/snippets/choose/{place}/results/?q=xyzxyz"
    yield f"/admin/pages/{paper.section.pk}/?q=xyzxyz&content_type=1&owner=1&latest_revision_created_at_from=2001-01-01"
    yield "/admin/post/?state=failed"
    yield "/admin/discussion/?phrase=xyzxyz&order=fine&kind=waiting"
    yield "/admin/discussion/together/"
    yield f"/admin/discussion/together/?of=article&comment={paper.waiting.pk}"
    yield "/admin/reports/log/?label=xyzxyz&timestamp_from=2001-01-01&timestamp_to=2001-01-02"
    yield "/admin/reports/workflow/?status=in_progress&workflow=1"
    yield "/admin/reports/locked/?locked_by=1"
    yield "/admin/reports/aging-pages/?live=true"
    for action in ("delete", "move", "publish", "unpublish"):
        yield f"/admin/bulk/wagtailcore/page/{action}/?id={paper.foreign.pk}&id={paper.own.pk}&id={paper.section.pk}"
    for kind, model, things in (
        ("articles", "picture", paper.pictures.values()),
        ("articles", "articledocument", paper.documents.values()),
    ):
        for action in ("delete", "add_tags", "add_to_collection"):
            yield f"/admin/bulk/{kind}/{model}/{action}/?" + "&".join(f"id={thing.pk}" for thing in things)
    for model, thing in (("topic", paper.topic), ("author", paper.author_card)):
        yield f"/admin/bulk/articles/{model}/delete/?id={thing.pk}"


def test_empty_lists_and_deeds_in_heaps_speak_german(paper: Paper) -> None:
    listener = Listener(paper)
    for address in lists(paper):
        status = listener.hear(address, lambda client, address=address: client.get(address))
        if status != 200:
            listener.faults[str(status)] = address

    assert not listener.faults, listener.told()


@pytest.mark.parametrize(("language", "title"), [("de", "Seite nicht gefunden"), ("en", "Page not found")])
def test_what_is_missing_at_the_desk_is_said_there_in_the_members_language(
    paper: Paper, client: Client, language: str, title: str
) -> None:
    editor = paper.members[Role.EDITOR]
    client.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")
    UserProfile.objects.update_or_create(user=editor, defaults={"preferred_language": language})
    for address in ("/admin/pages/999999/edit/", "/admin/groups/", "/admin/no/such/door/"):
        answer = client.get(address)
        page = BeautifulSoup(answer.content.decode(), "html.parser")
        assert (answer.status_code, answer["Content-Language"]) == (404, language)
        assert page.h1 is not None
        assert page.h1.get_text() == title
        assert page.select_one('a.button[href="/admin/"]') is not None


def test_only_who_works_with_pages_is_offered_a_search_for_them(paper: Paper, client: Client) -> None:
    for role, is_offered in ((Role.AUTHOR, True), (Role.MODERATOR, False), (Role.ACCOUNTANT, False)):
        client.force_login(paper.members[role], backend="django.contrib.auth.backends.ModelBackend")
        start = client.get("/admin/").content.decode()
        assert ('role="search"' in start) is is_offered, role


def test_jobs_letters_and_clocks_have_names_for_people(in_english: None) -> None:
    assert in_words("deliver_letter") == "Send a letter"
    assert in_words("make_coffee") == "make_coffee"
    summer, winter = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
    assert (clock_of(summer), clock_of(winter)) == ("CEST", "CET")
    with translation.override("de"):
        assert in_words("newsroom_invitation") == "Einladung"
        assert (clock_of(summer), clock_of(winter)) == ("MESZ", "MEZ")


def test_scripts_of_the_desk_have_german_words(paper: Paper, client: Client) -> None:
    client.force_login(paper.members[Role.OWNER], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("wagtailadmin_javascript_catalog")).content.decode()
    source = Path(wagtail.admin.__file__).parent / "locale/en/LC_MESSAGES/djangojs.po"
    missing = [entry.msgid for entry in polib.pofile(str(source)) if json.dumps(entry.msgid)[1:-1] not in answer]

    assert missing == []
    assert '"Dashboard": "\\u00dcbersicht"' in answer
