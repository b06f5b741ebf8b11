"""Nothing that a stranger can send to goes without a limit; a new door has to be thought about here."""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve
from django.utils import translation

from freiblatt.articles.models import FrontPage
from freiblatt.discussion.actions import add_comment, open_thread
from freiblatt.discussion.models import Comment, Report
from freiblatt.discussion.tokens import own_key
from freiblatt.lib import limits, strangers
from tests.cast import make_owner
from tests.factories import house_rule, make_article, make_section

pytestmark = pytest.mark.django_db

#: Answers of a door that is closed to strangers, or takes nothing: elsewhere, forbidden, not there, wrong method.
CLOSED = {301, 302, 403, 404, 405, 410}
#: Doors that answer strangers, with what limits each besides the limit for all.
OPEN = {
    "admin/login/": "django-axes: eight tries for a name from an address",
    "admin/password_reset/": "newsroom_sign_in: forty tries at once; three letters an hour for a member",
    "admin/sprite/": "takes nothing and shows the same icons to everybody",
    "leser/": "readers_letters_from: letters for a neighbourhood",
    "1/1/diskussion/schreiben/": "discussion_post, discussion_preview: comments and previews, slow discussions apart",
    "1/1/diskussion/1/antworten/": "discussion_post, discussion_preview, as for comments",
    "1/1/diskussion/1/melden/": "discussion_report: ten reports and objections in an hour",
    "1/1/diskussion/stimme/": "discussion_vote: sixty votes in ten minutes",
    "1/1/diskussion/stimme/link/": "readers_letters_from: letters for a neighbourhood",
    f"diskussion/eigener/{'x' * 32}/aendern/": "needs the comment's token; discussion_edit: ten times in ten minutes",
    f"diskussion/eigener/{'x' * 32}/briefe/": "needs the comment's token; readers_letters_from",
    f"diskussion/eigener/{'x' * 32}/einspruch/": "needs the comment's token; once for a decision; discussion_report",
    f"diskussion/eigener/{'x' * 32}/zurueckziehen/": "needs the comment's token, and ends it",
    f"diskussion/meldung/{'x' * 32}/einspruch/": "needs the receipt's token; once for a report; discussion_report",
}
KEY = uuid.UUID(int=1)
#: What a stranger sends: enough for a door to answer, whatever it is for.
FIELDS = {"address": "x", "text": "x", "up": "1"}


def addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Yield an address of every door in German, with made-up arguments."""
    resolver = resolver or get_resolver()
    # The dictionary has every door of the included files too, but for those in a namespace.
    for name in resolver.reverse_dict:
        for possibilities, _pattern, defaults, converters in resolver.reverse_dict.getlist(name):
            for text, names in possibilities:
                known = {
                    one: defaults.get(one, _argument(converters[one].regex if one in converters else ""))
                    for one in names
                }
                yield before + text % known
    for prefix, inner in resolver.namespace_dict.values():
        yield from addresses(inner, before + prefix)


def _argument(regex: str) -> str:
    return next(one for one in ("1", str(KEY), "x" * 24, "x" * 32) if not regex or re.fullmatch(regex, one))


@pytest.fixture(scope="module")
def doors() -> list[str]:
    with translation.override("de"):
        found = sorted(set(addresses()))
    assert len(found) > 100
    return found


@pytest.fixture
def stranger(plain_static: None) -> Client:
    client = Client(REMOTE_ADDR="203.0.113.7")
    client.raise_request_exception = False
    return client


def test_every_door_is_shut_to_a_neighbourhood_that_sends_too_much(
    doors: list[str], stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So rarely that nothing is free again before the last door was tried.
    monkeypatch.setattr(strangers, "MOST", 1)
    monkeypatch.setattr(strangers, "PER_SECONDS", 3600)
    assert stranger.post("/leser/").status_code == 422
    for door in doors:
        for send in (stranger.post, stranger.put, stranger.delete):
            answer = send(f"/{door}")
            assert answer.status_code == 429, door
            assert 1 <= int(answer["Retry-After"]) <= 3600
    assert stranger.get("/admin/login/").status_code == 200
    assert Client(REMOTE_ADDR="198.51.100.7").post("/leser/").status_code == 422
    owner = Client(REMOTE_ADDR="203.0.113.8")
    owner.force_login(make_owner())
    assert owner.post("/admin/logout/").status_code == 302


@pytest.fixture
def discussed(front: FrontPage) -> Comment:
    """A comment at the made-up addresses, so that what is behind them answers: article, comment, own page, receipt."""
    article = make_article(section=make_section(slug="1"), slug="1")
    comment = add_comment(thread=open_thread(article=article), guest_name="Helga", text="Wer haftet?")
    Comment.objects.filter(pk=comment.pk).update(id=1, own_key=own_key("x" * 32))
    comment = Comment.objects.get(pk=1)
    Report.objects.create(
        comment=comment, rule=house_rule(), language="de", receipt_key=own_key("x" * 32), due_on=comment.created_on
    )
    return comment


def test_doors_that_answer_strangers_are_known(doors: list[str], stranger: Client, discussed: Comment) -> None:
    taken = set()
    for door in doors:
        limits.start_over()
        with transaction.atomic():
            if stranger.post(f"/{door}", FIELDS).status_code not in CLOSED:
                taken.add(door)
            # What one door has done must not shut the next.
            transaction.set_rollback(True)
    assert taken == set(OPEN)


def test_made_up_addresses_lead_to_their_doors(doors: list[str]) -> None:
    with translation.override("de"):
        assert [door for door in OPEN if door not in doors or not resolve(f"/{door}")] == []
