"""Nothing that a stranger types reaches a page or a feed as anything but text."""

import xml.etree.ElementTree as ET

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from freiblatt.discussion.actions import DiscussionError, approve_comment, check_text
from freiblatt.discussion.models import Comment, CommentState, DiscussionSettings, Thread
from freiblatt.discussion.text import FOLDED_LENGTH, tidy, tidy_name, to_html
from freiblatt.discussion.views.feed import COMMENTS_IN_FEED
from freiblatt.lib import limits
from tests.discussion import at_the_desk
from tests.discussion.hostile import (
    ARTICLE,
    HARD_LINKS,
    HARMLESS,
    MARKUP,
    NAMES,
    PAYLOADS,
    TEXTS,
    THREAD,
    Page,
    arrived,
    as_parsed,
    check_html,
    check_markup,
    naughty,
    post,
    posted,
    text_of,
    undone,
)

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"

#: Anything, and pieces that mean something to somebody, in any order.
typed = st.lists(
    st.one_of(st.sampled_from(PAYLOADS), st.text(max_size=30), st.sampled_from(["\n", "\n\n", "> ", "* ", "`", "\t"])),
    max_size=5,
).map("".join)

often = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def pages_of(client: Client, comment: Comment, own: str) -> dict[str, Page]:
    """Return every page on which readers see a comment."""
    addresses = {
        "article": ARTICLE,
        "thread": THREAD,
        "comment": f"{THREAD}{comment.pk}/",
        "answer": f"{THREAD}{comment.pk}/antworten/",
        "report": f"{THREAD}{comment.pk}/melden/",
        "own": own,
    }
    return {name: Page.of(client.get(address)) for name, address in addresses.items()}


@pytest.mark.once
@often
@given(text=typed)
def test_any_text_becomes_the_allowed_subset(text: str) -> None:
    html = to_html(arrived(text))
    check_html(html)
    # What is stored is clean already: put together again, as when the desk restores it, it is the same.
    assert to_html(tidy(arrived(text))) == html


@pytest.mark.once
@often
@given(words=st.text(alphabet="abcÄß &<>\"'/;=%{}$|?,.()\u200d😀", max_size=60))
def test_what_is_no_markdown_is_shown_to_the_letter(words: str) -> None:
    assert " ".join(text_of(check_html(to_html(f"x {words}"))).split()) == " ".join(f"x {words}".split())


@pytest.mark.once
def test_each_payload_becomes_the_allowed_subset() -> None:
    for one in PAYLOADS:
        for text in (one, f"* {one}", f"> {one}", f"`{one}`", f"[{one}](https://a.example/{one})"):
            check_html(to_html(arrived(text)))
    for text in TEXTS:
        check_html(to_html(arrived(text)))


@pytest.mark.once
def test_the_checks_see_what_they_are_for() -> None:
    for html in (
        "<p>x</p><script></script>",
        "<p onclick=x>x</p>",
        '<a href="javascript:x" rel="nofollow ugc noopener">x</a>',
        "<p><!-- x --></p>",
        "</div><p>x</p>",
        '<a href="https://a.example/">x</a>',
    ):
        with pytest.raises(AssertionError):
            check_html(html)
    for html in ('<p style="x">', "<a href=data:x>x</a>", "<svg onload=x>", "<form action=javascript:x>"):
        with pytest.raises(AssertionError):
            Page(html).check_addresses()


@pytest.fixture
def built(thread: Thread, client: Client) -> dict[str, list[str]]:
    """How the pages of a harmless comment are built."""
    with undone():
        comment, own = posted(client, HARMLESS, "Helga")
        assert comment is not None
        return {at: page.skeleton() for at, page in pages_of(client, comment, own).items()}


@pytest.mark.once
@settings(often, max_examples=3)
@given(text=typed, name=typed)
@example(text=TEXTS[0], name=NAMES[0])
def test_pages_of_a_hostile_comment_are_built_like_those_of_a_harmless_one(
    thread: Thread, client: Client, built: dict[str, list[str]], text: str, name: str
) -> None:
    with undone():
        typed_text, typed_name = f"Frage: {text}", f"Helga {name}"[:80]
        comment, own = posted(client, typed_text, typed_name)
        if comment is None:
            assert not Comment.objects.exists()
            return
        for at, page in pages_of(client, comment, own).items():
            page.check_addresses()
            assert page.skeleton() == built[at], at
            (said,) = page.by_class("comment-text")
            check_markup(said)
            (who,) = page.by_class("comment-name")
            assert text_of(who) == tidy_name(arrived(typed_name))
        check_feed(client, [comment])


@pytest.mark.once
@settings(often, max_examples=5)
@given(text=typed, name=typed, mail_=st.one_of(st.just("helga@example.org"), typed.filter(bool)))
@example(text=TEXTS[1], name=NAMES[1], mail_=MARKUP[22])
def test_preview_is_built_like_a_harmless_one_and_gives_everything_back(
    thread: Thread, client: Client, text: str, name: str, mail_: str
) -> None:
    limits.start_over()
    without = frozenset({"comment-text", "discussion-mail"})
    plain = Page.of(post(client, HARMLESS, "Helga", preview="1", mail="helga@example.org")).skeleton(without=without)
    fields = {"text": f"Frage: {text}", "name": f"Helga {name}"[:80], "mail": mail_}
    answer = post(client, preview="1", **fields)
    page = Page.of(answer)
    page.check_addresses()
    assert page.value("text") == as_parsed(fields["text"])
    assert page.value("name") == as_parsed(fields["name"])
    assert page.value("mail") == as_parsed(fields["mail"])
    if answer.status_code == 200:
        assert page.skeleton(without=without) == plain
        (said,) = page.by_class("comment-text")
        check_markup(said)
    else:
        assert answer.status_code == 422
        assert page.by_class("form-fault")
    assert not Comment.objects.exists()


@pytest.mark.parametrize("sends", [True, False])
def test_payloads_stand_beside_each_other_in_slices_and_feed(thread: Thread, client: Client, sends: bool) -> None:
    # By the form in few texts, by the verb one by one.
    payloads = zip(TEXTS, NAMES, strict=True) if sends else zip(PAYLOADS[::2], PAYLOADS[1::2], strict=True)
    stand_beside_each_other(client, list(payloads), sends=sends)


@pytest.mark.once
def test_naughty_strings_of_others_stand_beside_each_other(thread: Thread, client: Client) -> None:
    strings = naughty()
    assert len(strings) > 400
    for one in strings:
        check_html(to_html(arrived(one)))
    together = ["\n\n".join(strings[start : start + 12]) for start in range(0, len(strings), 12)]
    stand_beside_each_other(client, list(zip(together, strings[::12], strict=True)))


def stored(thread: Thread, text: str, name: str) -> Comment | None:
    """Return the comment, public, that this makes; None where it is refused."""
    try:
        comment = at_the_desk.post(thread, arrived(text), name=arrived(name)[:78])
    except DiscussionError:
        return None
    return comment if comment.state == CommentState.PUBLIC else approve_comment(comment=comment, by=None)


def stand_beside_each_other(client: Client, payloads: list[tuple[str, str]], *, sends: bool = False) -> None:
    """Store every text and name, and look at each slice and at the feed with all of them in it."""
    thread = Thread.objects.get()
    comments = {}
    for text, name in payloads:
        limits.start_over()
        if sends:
            comment, _own = posted(client, text, name)
        else:
            comment = stored(thread, text, name)
        if comment is not None:
            comments[comment.pk] = comment
    assert len(comments) > len(payloads) / 4
    address, seen = THREAD, []
    while address:
        answer = client.get(address)
        page = Page.of(answer)
        page.check_addresses()
        shown = [one for one in page.by_class("comment") if one.tag == "article"]
        for article in shown:
            pk = int(article.get("id", "").removeprefix("comment-"))
            seen.append(pk)
            (said,) = [one for one in article.iter() if one.get("class") == "comment-text"]
            check_markup(said)
            (who,) = [one for one in article.iter() if one.get("class") == "comment-name"]
            assert text_of(who) == comments[pk].guest_name
        address = answer.context["thread"].more_url
    # Everything is there, once, and stands beside the others: nothing swallowed what came after it.
    assert seen == sorted(comments)
    check_feed(client, sorted(comments.values(), key=lambda one: one.pk)[-COMMENTS_IN_FEED:])


def check_feed(client: Client, comments: list[Comment]) -> None:
    """Fail unless the feed is well-formed XML that says what the comments say."""
    root = ET.fromstring(client.get(f"{THREAD}feed.atom").content)
    entries = root.findall(f"{ATOM}entry")
    assert len(entries) == len(comments)
    for entry, comment in zip(entries, reversed(comments), strict=True):
        assert {one.tag for one in entry} == {
            f"{ATOM}{tag}" for tag in ("title", "link", "published", "updated", "author", "id", "summary")
        }
        assert entry.findtext(f"{ATOM}author/{ATOM}name") == comment.guest_name
        assert entry.findtext(f"{ATOM}title") == comment.guest_name
        summary = entry.find(f"{ATOM}summary")
        assert summary is not None
        assert summary.get("type") == "html"
        check_html(summary.text or "")


@pytest.mark.once
def test_addresses_that_programs_read_differently_are_held_like_others(
    thread: Thread, open_desk: DiscussionSettings
) -> None:
    for link in HARD_LINKS:
        with undone():
            comment = at_the_desk.post(thread, f"Siehe {link} dort.")
            check_html(comment.html)
            # As a link it is held as one; as text it is harmless.
            assert ("<a href" in comment.html) == (comment.state == CommentState.WAITING), link


def test_names_that_grow_when_they_are_compared_are_stored(thread: Thread) -> None:
    for name in ("\ufdfa" * 78 + " x", "ﬃ" * 80, "㍿" * 80):
        comment = at_the_desk.post(thread, HARMLESS, name=name)
        assert comment.guest_name == name
        assert len(comment.folded_name) <= Comment._meta.get_field("folded_name").max_length == FOLDED_LENGTH


@pytest.mark.once
def test_text_that_nobody_sees_is_none() -> None:
    for text in ("\u200d", "\u2800\u2800", "> ", "* ", "```\n```", "\u0301"):
        with pytest.raises(DiscussionError, match="Ein Kommentar braucht einen Text"):
            check_text(text)


@pytest.mark.once
@pytest.mark.parametrize("text", ["👍", ":-)", "***", "42", "?", "中", "&nbsp;", "<script></script>"])
def test_text_of_few_signs_is_one(text: str) -> None:
    assert check_text(text) == text
