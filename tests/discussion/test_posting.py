"""Readers write: at once or through a preview, once however often they click, and never under somebody else's name."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.actions import (
    DiscussionError,
    ThreadClosedError,
    accept_correction,
    add_comment,
    approve_comment,
    arrange_thread,
    edit_comment,
    forget_senders,
    pick_comment,
    post_comment,
    remove_comment,
    withdraw_comment,
)
from freiblatt.discussion.actions.posting import EDITS_OF_ONE, PREVIEWS_OF_ONE
from freiblatt.discussion.models import (
    Comment,
    CommentKind,
    CommentState,
    CommentVersion,
    DiscussionSettings,
    Slot,
    Thread,
    ThreadState,
)
from freiblatt.discussion.senders import Sender
from freiblatt.discussion.text import to_html
from freiblatt.discussion.tokens import make_nonce, own_token, read_nonce
from freiblatt.jobs.worker import run_waiting
from tests.factories import house_rule, make_article, make_author

pytestmark = pytest.mark.usefixtures("unhurried")

WRITE = "/europa/ein-hafen-wird-verkauft/diskussion/schreiben/"
TEXT = "Wer haftet eigentlich, wenn der Käufer zahlungsunfähig wird?"


def nonce_of(client: Client, address: str = WRITE) -> str:
    """Return what the form carries that is handed out at `address`."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    (nonce,) = re.findall(r'name="nonce" value="([^"]+)"', answer.content.decode())
    return nonce


def send(client: Client, address: str = WRITE, **fields: str):
    """Send a form that was handed out before; return the answer."""
    typed = {"text": TEXT, "name": "Helga", "nonce": nonce_of(client, address), **fields}
    return client.post(address, typed)


def test_first_comment_of_a_stranger_waits_and_its_writer_sees_so(thread: Thread, client: Client) -> None:
    answer = send(client)
    assert answer.status_code == 303
    own = client.get(answer["Location"])
    assert own["Cache-Control"] == "no-store"
    assert own["Referrer-Policy"] == "no-referrer"
    assert TEXT in own.content.decode()
    assert "Er wartet auf die Redaktion" in own.content.decode()
    comment = Comment.objects.get()
    assert (comment.state, comment.guest_name, comment.kind) == (CommentState.WAITING, "Helga", CommentKind.COMMENT)
    assert comment.hold_reasons == [{"rule": "unknown", "detail": ""}]
    assert TEXT not in client.get("/europa/ein-hafen-wird-verkauft/").content.decode()

    approve_comment(comment=comment, by=None)
    assert TEXT in client.get("/europa/ein-hafen-wird-verkauft/").content.decode()
    assert "Er ist jetzt für alle zu lesen" in client.get(answer["Location"]).content.decode()


def test_whoever_was_approved_once_is_known_by_the_token_and_by_nothing_else(thread: Thread, client: Client) -> None:
    token = send(client)["Location"].rstrip("/").rpartition("/")[2]
    approve_comment(comment=Comment.objects.get(), by=None)
    send(client, text="Und noch eine Frage zu den Pachtverträgen.", known_by=token)
    assert Comment.objects.latest("pk").state == CommentState.PUBLIC
    send(client, text="Das schreibt jemand anders unter demselben Namen.")
    assert Comment.objects.latest("pk").state == CommentState.WAITING
    send(client, text="Das schreibt jemand mit einem erfundenen Schlüssel.", known_by="x" * 32)
    assert Comment.objects.latest("pk").state == CommentState.WAITING


def test_trust_falls_with_what_is_removed(thread: Thread, client: Client) -> None:
    token = send(client)["Location"].rstrip("/").rpartition("/")[2]
    approve_comment(comment=Comment.objects.get(), by=None)
    send(client, text="Das hier ist eine Beleidigung.", known_by=token)
    remove_comment(comment=Comment.objects.latest("pk"), by=None, rule=house_rule())
    send(client, text="Das hier ist die nächste.", known_by=token)
    comment = Comment.objects.latest("pk")
    assert {reason["rule"] for reason in comment.hold_reasons} >= {"unknown"}
    assert comment.state == CommentState.WAITING


def test_stored_form_leads_to_a_preview_and_from_there_to_the_comment(
    thread: Thread, client: Client, open_desk: DiscussionSettings
) -> None:
    page = client.get("/europa/ein-hafen-wird-verkauft/").content.decode()
    assert f'action="{WRITE}"' in page
    assert 'name="nonce"' not in page
    preview = client.post(WRITE, {"text": "Das ist **wichtig**.", "name": "Helga", "preview": "1"})
    assert preview.status_code == 200
    html = preview.content.decode()
    assert "<p>Das ist <strong>wichtig</strong>.</p>" in html
    assert not Comment.objects.exists()
    (nonce,) = re.findall(r'name="nonce" value="([^"]+)"', html)
    assert client.post(WRITE, {"text": "Das ist **wichtig**.", "name": "Helga", "nonce": nonce}).status_code == 303
    assert Comment.objects.get().html == "<p>Das ist <strong>wichtig</strong>.</p>"


def test_form_without_nonce_stores_nothing_whatever_its_button_says(thread: Thread, client: Client) -> None:
    assert client.post(WRITE, {"text": TEXT, "name": "Helga"}).status_code == 200
    other = make_nonce("thread:999999")
    assert client.post(WRITE, {"text": TEXT, "name": "Helga", "nonce": other}).status_code == 200
    assert not Comment.objects.exists()


def test_same_form_sent_twice_makes_one_comment(thread: Thread, client: Client) -> None:
    nonce = nonce_of(client)
    first = client.post(WRITE, {"text": TEXT, "name": "Helga", "nonce": nonce})
    second = client.post(WRITE, {"text": TEXT, "name": "Helga", "nonce": nonce})
    assert first["Location"] == second["Location"]
    assert first["Location"].endswith(f"/{own_token(nonce)}/")
    assert Comment.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": " \n\u200b"}, "Ein Kommentar braucht einen Text."),
        ({"text": "x" * 5003}, "Der Text ist 3 Zeichen zu lang"),
        ({"name": ""}, "Bitte geben Sie einen Namen an"),
        ({"name": "\u200b\u00ad"}, "Bitte geben Sie einen Namen an"),
        ({"name": "x" * 81}, "Der Name hat 81 Zeichen"),
        ({"name": "Rosa Winter"}, "Dieser Name gehört jemandem aus der Redaktion"),
        ({"name": "R\u043esa  W\u0456nter \u2713"}, "Dieser Name gehört jemandem aus der Redaktion"),
        ({"name": "REDAKTION"}, "Dieser Name gehört jemandem aus der Redaktion"),
    ],
)
def test_what_cannot_be_taken_comes_back_with_a_sentence(
    thread: Thread, client: Client, fields: dict[str, str], sentence: str
) -> None:
    answer = send(client, **fields)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert sentence in html
    if len(fields.get("text", TEXT).strip(" \n\u200b")) > 3:
        assert fields.get("text", TEXT) in html
    assert not Comment.objects.exists()


def test_link_of_a_stranger_is_held_with_the_host_that_was_seen(
    thread: Thread, client: Client, open_desk: DiscussionSettings
) -> None:
    send(client, text="Sehr günstig: https://pillen.example/kaufen und www")
    assert Comment.objects.get().hold_reasons == [{"rule": "links", "detail": "pillen.example"}]


def test_programs_are_held_and_told_nothing(
    thread: Thread, client: Client, open_desk: DiscussionSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert send(client, website="https://pillen.example").status_code == 303
    assert [reason["rule"] for reason in Comment.objects.get().hold_reasons] == ["trap"]
    monkeypatch.setattr("freiblatt.discussion.rules.LEAST_SECONDS", 2)
    assert send(client, text="Schneller, als jemand tippen kann.").status_code == 303
    assert [reason["rule"] for reason in Comment.objects.latest("pk").hold_reasons] == ["fast"]


def test_variation_of_what_was_sent_before_is_held(
    thread: Thread, client: Client, open_desk: DiscussionSettings
) -> None:
    text = "Heute bekommen alle Leserinnen und Leser dieser Zeitung einen Kredit ohne jede Prüfung, schreiben Sie mir! "
    send(client, text=text * 3)
    send(client, text=text * 3 + "Nr. 7", name="Ingo")
    first, second = Comment.objects.order_by("pk")
    assert first.state == CommentState.PUBLIC
    assert second.hold_reasons == [{"rule": "alike", "detail": str(first.pk)}]


def test_answer_stands_below_what_it_answers_and_not_below_what_is_gone(
    thread: Thread, client: Client, open_desk: DiscussionSettings
) -> None:
    root = add_comment(thread=thread, text="Eine Frage.", guest_name="Ingo")
    address = f"/europa/ein-hafen-wird-verkauft/diskussion/{root.pk}/antworten/"
    assert "Eine Frage." in client.get(address).content.decode()
    nonce = nonce_of(client, address)
    assert client.post(address, {"text": TEXT, "name": "Helga", "nonce": nonce}).status_code == 303
    assert Comment.objects.latest("pk").parent == root

    gone = add_comment(thread=thread, text="Noch eine.", guest_name="Ingo")
    address = f"/europa/ein-hafen-wird-verkauft/diskussion/{gone.pk}/antworten/"
    nonce = nonce_of(client, address)
    withdraw_comment(comment=gone)
    answer = client.post(address, {"text": TEXT, "name": "Helga", "nonce": nonce})
    assert answer.status_code == 422
    assert TEXT in answer.content.decode()
    assert client.get(address).status_code == 404


def test_comment_of_another_article_cannot_be_answered_here(thread: Thread, client: Client) -> None:
    other = Thread.objects.get(article=make_article(section=thread.article.section, title="Ein anderer"))
    root = add_comment(thread=other, text="Eine Frage.", guest_name="Ingo")
    address = f"/europa/ein-hafen-wird-verkauft/diskussion/{root.pk}/antworten/"
    assert client.get(address).status_code == 404
    assert client.post(address, {"text": TEXT, "name": "Helga"}).status_code == 404


def test_closed_meanwhile_gives_the_text_back(thread: Thread, client: Client) -> None:
    nonce = nonce_of(client)
    arrange_thread(thread=thread, state=ThreadState.CLOSED)
    answer = client.post(WRITE, {"text": TEXT, "name": "Helga", "nonce": nonce})
    assert answer.status_code == 409
    assert TEXT in answer.content.decode()
    assert "Die Kommentare sind geschlossen" in client.get(WRITE).content.decode()
    assert not Comment.objects.exists()


@pytest.mark.django_db
def test_thread_opens_and_closes_by_the_clock(thread: Thread, client: Client) -> None:
    now = timezone.now()
    arrange_thread(thread=thread, state=ThreadState.OPEN, closes_on=now + timedelta(hours=1))
    assert f'action="{WRITE}"' in client.get("/europa/ein-hafen-wird-verkauft/").content.decode()
    Thread.objects.update(closes_on=now - timedelta(seconds=1))
    seq = Thread.objects.get().seq
    from freiblatt.discussion.actions import show_turn

    show_turn.func(thread.pk)
    assert Thread.objects.get().seq > seq
    assert f'action="{WRITE}"' not in client.get("/europa/ein-hafen-wird-verkauft/").content.decode()


def test_too_many_in_a_row_are_asked_to_wait_and_lose_nothing(thread: Thread, client: Client) -> None:
    answers = [send(client, text=f"Kommentar Nummer {number}") for number in range(8)]
    assert [answer.status_code for answer in answers] == [303] * 6 + [429] * 2
    assert int(answers[-1]["Retry-After"]) > 0
    assert "Kommentar Nummer 7" in answers[-1].content.decode()


def test_form_of_another_site_is_refused(thread: Thread, client: Client) -> None:
    typed = {"text": TEXT, "name": "Helga", "nonce": nonce_of(client)}
    assert client.post(WRITE, typed, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert not Comment.objects.exists()


def test_writer_edits_until_somebody_answers_and_the_desk_keeps_what_was(
    thread: Thread, client: Client, open_desk: DiscussionSettings
) -> None:
    own = send(client)["Location"]
    assert client.post(f"{own}aendern/", {"text": "Wer haftet dann?"}).status_code == 303
    comment = Comment.objects.get()
    assert comment.source_text == "Wer haftet dann?"
    assert comment.edited_on is not None
    assert CommentVersion.objects.get().source_text == TEXT
    assert "bearbeitet" in client.get("/europa/ein-hafen-wird-verkauft/").content.decode()

    assert client.post(f"{own}aendern/", {"text": "Jetzt mit https://pillen.example"}).status_code == 303
    comment.refresh_from_db()
    thread.refresh_from_db()
    assert (comment.state, thread.n_public, thread.n_held) == (CommentState.WAITING, 0, 1)
    approve_comment(comment=comment, by=None)

    add_comment(thread=thread, text="Niemand.", guest_name="Ingo", parent=comment)
    answer = client.post(f"{own}aendern/", {"text": "Das habe ich nie gesagt."})
    assert answer.status_code == 422
    assert "Das habe ich nie gesagt." not in Comment.objects.get(pk=comment.pk).source_text


def test_edit_window_ends(thread: Thread, client: Client, open_desk: DiscussionSettings) -> None:
    own = send(client)["Location"]
    Comment.objects.update(created_on=timezone.now() - timedelta(minutes=16))
    assert "Text ändern" not in client.get(own).content.decode()
    assert client.post(f"{own}aendern/", {"text": "Zu spät."}).status_code == 422


@pytest.mark.parametrize("is_correction", [False, True])
def test_what_the_newsroom_vouched_for_is_not_rewritten(
    thread: Thread, client: Client, open_desk: DiscussionSettings, is_correction: bool
) -> None:
    own = send(client)["Location"]
    comment = Comment.objects.get()
    assert "Text ändern" in client.get(own).content.decode()
    if is_correction:
        Comment.objects.update(kind=CommentKind.CORRECTION)
        accept_correction(comment=comment, by=None, reason="Stimmt")
    else:
        pick_comment(comment=comment, reason="Kenntnis aus erster Hand")
    page = client.get(own).content.decode()
    assert "Text ändern" not in page
    assert "lässt sich sein Text nicht mehr ändern" in page
    assert client.post(f"{own}aendern/", {"text": "Kauft bei mir."}).status_code == 422
    # The form was open, and the comment read, before the newsroom picked it.
    with pytest.raises(DiscussionError):
        edit_comment(comment=comment, text="Kauft bei mir.")
    assert Comment.objects.get().source_text == TEXT


def test_withdrawing_blanks_everything_at_once(thread: Thread, client: Client, open_desk: DiscussionSettings) -> None:
    own = send(client)["Location"]
    client.post(f"{own}aendern/", {"text": "Eine zweite Fassung."})
    assert client.get(f"{own}zurueckziehen/").status_code == 405
    answer = client.post(f"{own}zurueckziehen/")
    assert "Ihr Kommentar ist zurückgezogen" in answer.content.decode()
    comment = Comment.objects.get()
    assert (comment.state, comment.source_text, comment.guest_name, comment.network, comment.own_key) == (
        CommentState.WITHDRAWN, "", "", "", None,
    )  # fmt: skip
    assert not CommentVersion.objects.exists()
    assert client.get(own).status_code == 404
    assert client.post(f"{own}zurueckziehen/").status_code == 404


def test_own_page_opens_by_the_whole_token_only(thread: Thread, client: Client) -> None:
    own = send(client)["Location"]
    assert client.get(own).status_code == 200
    assert client.get(f"{own[:-2]}{'y' if own[-2] == 'x' else 'x'}/").status_code == 404


def test_networks_and_forms_are_forgotten_after_two_days(thread: Thread, client: Client) -> None:
    send(client)
    comment = Comment.objects.get()
    assert comment.network == "127.0.0.0/24"
    forget_senders.func()
    assert Comment.objects.get().network == "127.0.0.0/24"
    Comment.objects.update(created_on=timezone.now() - timedelta(hours=48))
    forget_senders.func()
    comment.refresh_from_db()
    assert (comment.network, comment.nonce) == ("", None)


def test_new_article_has_a_discussion_unless_the_desk_wants_none(thread: Thread, front: object) -> None:
    settings = DiscussionSettings.load()
    settings.close_after_days = 14
    settings.save()
    found = Thread.objects.get(article=make_article(section=thread.article.section, title="Mit"))
    assert found.is_open()
    assert found.closes_on is not None
    assert timedelta(days=13) < found.closes_on - timezone.now() <= timedelta(days=14)
    settings.is_open_below_new_articles = False
    settings.save()
    without: ArticlePage = make_article(section=thread.article.section, title="Ohne")
    assert not Thread.objects.filter(article=without).exists()


def test_author_of_the_newsroom_keeps_the_name_in_every_thread(thread: Thread, client: Client) -> None:
    make_author(name="Karl Møhr")
    assert send(client, name="karl møhr").status_code == 422


def test_jobs_of_the_room_run(thread: Thread, client: Client) -> None:
    arrange_thread(thread=thread, state=ThreadState.OPEN, closes_on=timezone.now() + timedelta(days=1))
    run_waiting()


def test_text_that_is_too_long_is_not_read_before_it_is_said(
    thread: Thread, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def reading(text: str) -> str:
        read.append(len(text))
        return to_html(text)

    monkeypatch.setattr("freiblatt.discussion.actions.posting.to_html", reading)
    answer = client.post(WRITE, {"text": "*a " * 20_000 + "a*" * 20_000, "name": "Helga", "preview": "1"})
    assert answer.status_code == 422
    assert "Zeichen zu lang" in answer.content.decode()
    assert read == []


def test_previews_are_counted_too_and_lose_nothing(thread: Thread, client: Client) -> None:
    typed = {"text": TEXT, "name": "Helga", "preview": "1"}
    answers = [client.post(WRITE, typed) for _ in range(PREVIEWS_OF_ONE + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0
    assert TEXT in answers[-1].content.decode()


def as_read(thread: Thread, **more: object) -> Comment:
    """Send a comment as a request does that read thread and parent a moment ago."""
    nonce = read_nonce(make_nonce(thread.key, is_of_preview=True), thread.key)
    sender = Sender(address="203.0.113.7", neighbourhood="203.0.113.0")
    return post_comment(thread=thread, text=TEXT, name="Helga", nonce=nonce, sender=sender, **more).comment


def test_thread_that_closed_since_it_was_read_takes_nothing(thread: Thread, open_desk: DiscussionSettings) -> None:
    arrange_thread(thread=Thread.objects.get(pk=thread.pk), state=ThreadState.CLOSED)
    assert thread.is_open()
    with pytest.raises(ThreadClosedError):
        as_read(thread)
    assert not Comment.objects.exists()


def test_thread_that_is_held_since_it_was_read_holds_the_comment(thread: Thread, open_desk: DiscussionSettings) -> None:
    arrange_thread(thread=Thread.objects.get(pk=thread.pk), state=ThreadState.HELD)
    comment = as_read(thread)
    assert (comment.state, comment.hold_reasons) == (CommentState.WAITING, [{"rule": "thread", "detail": ""}])


def test_answer_to_what_was_removed_since_it_was_read_is_not_taken(
    thread: Thread, open_desk: DiscussionSettings
) -> None:
    parent = add_comment(thread=thread, text="Eine Frage.", guest_name="Ingo")
    remove_comment(comment=Comment.objects.get(pk=parent.pk), by=None, rule=house_rule())
    assert parent.state == CommentState.PUBLIC
    with pytest.raises(DiscussionError):
        as_read(thread, parent=parent)
    assert Comment.objects.count() == 1


def test_answer_below_a_tombstone_lists_it_however_stale_it_was_read(thread: Thread) -> None:
    parent = add_comment(thread=thread, text="Eine Frage.", guest_name="Ingo")
    remove_comment(comment=Comment.objects.get(pk=parent.pk), by=None, rule=house_rule())
    add_comment(thread=thread, text="Eine alte Antwort.", guest_name="Helga", parent=parent)
    parent.refresh_from_db()
    assert (parent.slot, parent.n_replies) == (Slot.ROOT, 1)


def test_edits_in_a_row_are_counted_and_lose_nothing(
    thread: Thread, client: Client, open_desk: DiscussionSettings
) -> None:
    own = send(client)["Location"]
    answers = [client.post(f"{own}aendern/", {"text": f"Fassung {number}"}) for number in range(EDITS_OF_ONE + 1)]
    assert [answer.status_code for answer in answers] == [303] * EDITS_OF_ONE + [429]
    assert f"Fassung {EDITS_OF_ONE}" in answers[-1].content.decode()
    assert CommentVersion.objects.count() == EDITS_OF_ONE


def test_edit_keeps_what_no_other_text_changes(thread: Thread, open_desk: DiscussionSettings) -> None:
    comment = add_comment(thread=thread, text=TEXT, guest_name="Ingo", state=CommentState.WAITING)
    kept = [{"rule": "fast", "detail": "0.4"}, {"rule": "reported", "detail": "3"}]
    Comment.objects.filter(pk=comment.pk).update(hold_reasons=[{"rule": "links", "detail": "pillen.example"}, *kept])
    assert edit_comment(comment=comment, text="Nun ganz ohne.").hold_reasons == kept
    assert edit_comment(comment=comment, text="Siehe https://example.org/").hold_reasons == [
        *kept,
        {"rule": "links", "detail": "example.org"},
    ]
