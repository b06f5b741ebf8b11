"""Rules that the desk sets: listed words, hours, floods, shortened links, slow discussions. Each says what it saw."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from django.core.exceptions import ValidationError
from django.db.models.signals import post_save
from django.test import Client
from django.utils import timezone

from freiblatt.discussion import wordlist
from freiblatt.discussion.actions import (
    DiscussionError,
    PassageError,
    ThreadClosedError,
    TooManyError,
    arrange_thread,
    open_the_desk,
    refuse_comment,
)
from freiblatt.discussion.hours import is_staffed
from freiblatt.discussion.models import (
    Comment,
    CommentState,
    DiscussionSettings,
    StaffedDays,
    Thread,
    ThreadState,
)
from freiblatt.discussion.passages.finding import Chosen
from freiblatt.discussion.rules import MOST_OF_NETWORK, Draft, Standing, reasons_to_hold, sentences
from freiblatt.lib import limits
from tests.discussion.at_the_desk import SENDER, post
from tests.factories import house_rule

pytestmark = pytest.mark.django_db

LIST = "# vom Pult\nIdiot\n=Bank\n*nazi*\nTor\nüble Nachrede\n"


@pytest.fixture(autouse=True)
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one connection send as many comments as the story needs."""
    monkeypatch.setattr("freiblatt.discussion.actions.posting.POSTS_OF_ONE", 1000)
    monkeypatch.setattr("freiblatt.discussion.actions.posting.POSTS_OF_NEIGHBOURHOOD", 1000)
    limits.start_over()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Du Idiot!", "Idiot"),
        ("lauter IDIOTEN hier", "idioten (Idiot)"),
        ("Vollidiot", "vollidiot (Idiot)"),
        ("dieses Idiotenpack", "idiotenpack (Idiot)"),
        ("I d i o t", "Idiot"),
        ("Id\u200biot", "Idiot"),
        ("1d10t", "Idiot"),
        ("Ｉｄｉｏｔ", "Idiot"),
        ("die Bank", "=Bank"),
        ("die Bänke und die Bankräuber", ""),
        ("Altnazis überall", "altnazis (*nazi*)"),
        ("das Tor", "Tor"),
        ("der Motor, der Torero, die Autorin", ""),
        ("Das ist üble\nNachrede.", "üble Nachrede"),
        ("Das ist UEBLE Nachrede", "üble Nachrede"),
        ("idiosynkratisch", ""),
        ("Im Jahr 2024 kostete es 1,10 Euro.", ""),
        ("vom Pult", ""),
    ],
)
def test_listed_words_are_found_however_they_are_dressed(text: str, found: str) -> None:
    assert wordlist.find(text, LIST) == found


def test_listed_word_holds_a_comment_and_is_named(open_desk: DiscussionSettings, thread: Thread) -> None:
    open_desk.listed_words = LIST
    open_desk.save()
    held, free = post(thread, "So ein Vollidiot aber auch."), post(thread, "Ganz in Ordnung.", name="Otto")

    assert (held.state, free.state) == (CommentState.WAITING, CommentState.PUBLIC)
    assert "vollidiot (Idiot)" in sentences(held.hold_reasons)[0]


def test_shortened_links_are_held_whoever_sends_them(open_desk: DiscussionSettings, thread: Thread) -> None:
    comment = post(thread, "Lest https://bit.ly/3xyz und https://example.org/")
    assert {"rule": "shortener", "detail": "bit.ly"} in comment.hold_reasons


def test_flood_from_one_network_is_held(open_desk: DiscussionSettings, thread: Thread) -> None:
    sent = [post(thread, f"Satz {number}.", name=f"Gast {number}") for number in range(MOST_OF_NETWORK + 1)]

    assert {one.state for one in sent[:-1]} == {CommentState.PUBLIC}
    assert sent[-1].hold_reasons == [{"rule": "flood", "detail": str(MOST_OF_NETWORK + 1)}]


def test_slow_discussion_takes_one_comment_from_a_network_and_says_when(
    open_desk: DiscussionSettings, thread: Thread, client: Client
) -> None:
    thread = arrange_thread(thread=thread, state=ThreadState.OPEN, slow_minutes=10)
    post(thread, "Der erste Satz.")
    with pytest.raises(TooManyError) as raised:
        post(thread, "Der zweite Satz.", name="Otto")

    assert 0 < raised.value.wait_seconds <= 600
    assert "Minuten" in str(raised.value)
    assert Comment.objects.count() == 1
    page = client.get("/europa/ein-hafen-wird-verkauft/diskussion/schreiben/").content.decode()
    assert "in 10 Minuten" in page
    with pytest.raises(DiscussionError):
        arrange_thread(thread=thread, state=ThreadState.OPEN, slow_minutes=24 * 60 + 1)


def test_turn_is_kept_by_whoever_has_to_choose_the_passage_anew(open_desk: DiscussionSettings, thread: Thread) -> None:
    thread = arrange_thread(thread=thread, state=ThreadState.OPEN, slow_minutes=10)
    with pytest.raises(PassageError):
        post(thread, "Seit wann?", chosen=Chosen("nirgends", 0, "Das steht dort nicht."))
    assert post(thread, "Seit wann?").pk


def test_turn_is_taken_by_what_is_stored_and_by_nothing_else(open_desk: DiscussionSettings, thread: Thread) -> None:
    seen = arrange_thread(thread=thread, state=ThreadState.OPEN, slow_minutes=10)
    arrange_thread(thread=thread, state=ThreadState.CLOSED, slow_minutes=10)
    with pytest.raises(ThreadClosedError):
        post(seen, "Seit wann?")
    now = arrange_thread(thread=thread, state=ThreadState.OPEN, slow_minutes=10)
    assert post(now, "Seit wann?").pk
    with pytest.raises(TooManyError):
        post(seen, "Und bis wann?")


def staff(settings: DiscussionSettings, begin: time, end: time, days: StaffedDays = StaffedDays.ALL) -> None:
    settings.staffed_days, settings.staffed_from, settings.staffed_until = days, begin, end
    settings.save()


def test_hours_are_those_of_the_newsrooms_clock() -> None:
    settings = DiscussionSettings.load()
    assert is_staffed(settings, datetime(2026, 11, 22, 3, tzinfo=UTC))
    staff(settings, time(9), time(18), StaffedDays.WEEK)
    monday, sunday = 23, 22
    assert not is_staffed(settings, datetime(2026, 11, monday, 7, 59, tzinfo=UTC))
    assert is_staffed(settings, datetime(2026, 11, monday, 8, tzinfo=UTC))
    assert not is_staffed(settings, datetime(2026, 11, monday, 17, tzinfo=UTC))
    assert not is_staffed(settings, datetime(2026, 11, sunday, 12, tzinfo=UTC))


def test_after_hours_a_comment_waits_and_appears_by_itself(
    open_desk: DiscussionSettings, thread: Thread, client: Client
) -> None:
    is_morning = timezone.localtime().hour < 12
    staff(open_desk, *((time(14), time(15)) if is_morning else (time(9), time(10))))
    late = post(thread, "Zu später Stunde geschrieben.")
    doubtful = post(thread, "Auch spät, mit https://example.org/", name="Otto")
    assert late.hold_reasons == [{"rule": "hours", "detail": ""}]
    page = client.get("/europa/ein-hafen-wird-verkauft/diskussion/schreiben/").content.decode()
    assert ("von 14.00 Uhr bis 15.00 Uhr" if is_morning else "von 9.00 Uhr bis 10.00 Uhr") in page

    assert open_the_desk.call() == 0
    staff(open_desk, time.min, time.max)
    assert open_the_desk.call() == 1
    late.refresh_from_db()
    doubtful.refresh_from_db()
    assert (late.state, doubtful.state) == (CommentState.PUBLIC, CommentState.WAITING)


def test_hours_need_a_beginning_and_an_end(desk: Client) -> None:
    settings = DiscussionSettings.load()
    settings.staffed_days = StaffedDays.WEEK
    for begin, end in ((None, None), (time(9), None), (time(18), time(9))):
        settings.staffed_from, settings.staffed_until = begin, end
        with pytest.raises(ValidationError):
            settings.clean()


def test_known_writers_are_not_held_as_a_flood(open_desk: DiscussionSettings, thread: Thread) -> None:
    for number in range(MOST_OF_NETWORK):
        post(thread, f"Satz {number}.", name=f"Gast {number}")
    draft = Draft(
        thread=thread,
        text="Noch einer.",
        html="<p>Noch einer.</p>",
        name="Otto",
        settings=open_desk,
        standing=Standing(approved=3),
        network=SENDER.network,
    )

    assert reasons_to_hold(draft) == []
    assert reasons_to_hold(replace(draft, standing=Standing())) == [
        {"rule": "flood", "detail": str(MOST_OF_NETWORK + 1)}
    ]


def test_what_the_desk_refuses_meanwhile_does_not_appear_by_itself(
    open_desk: DiscussionSettings, thread: Thread
) -> None:
    is_morning = timezone.localtime().hour < 12
    staff(open_desk, *((time(14), time(15)) if is_morning else (time(9), time(10))))
    first = post(thread, "Zu später Stunde geschrieben.")
    second = post(thread, "Auch spät, und ganz etwas anderes.", name="Otto")
    staff(open_desk, time.min, time.max)

    def refuse_the_other(sender: object, instance: Comment, **more: object) -> None:
        """Decide as somebody at the desk does, at the moment when the first one appears."""
        if instance.pk == first.pk and Comment.objects.get(pk=second.pk).state == CommentState.WAITING:
            refuse_comment(comment=second, by=None, rule=house_rule())

    post_save.connect(refuse_the_other, sender=Comment)
    try:
        assert open_the_desk.call() == 1
    finally:
        post_save.disconnect(refuse_the_other, sender=Comment)
    second.refresh_from_db()
    assert second.state == CommentState.REFUSED
