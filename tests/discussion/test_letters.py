"""Readers have letters sent about answers, once for each comment, and leave with one click."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from freiblatt.articles.actions import withdraw_article
from freiblatt.discussion.actions import (
    add_comment,
    approve_comment,
    remove_comment,
    restore_comment,
    tell_followers,
    undo_decision,
    withdraw_comment,
)
from freiblatt.discussion.actions.news import IN_ONE_LETTER, LETTERS_A_DAY
from freiblatt.discussion.actions.voting import send_voting_link
from freiblatt.discussion.actions.writers import write_to_writer
from freiblatt.discussion.models import (
    Comment,
    CommentState,
    HouseRule,
    News,
    Thread,
)
from freiblatt.jobs.models import Job
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.actions import post_words
from freiblatt.letters.models import Letter, LetterState, Subscription
from freiblatt.lib import limits
from freiblatt.newsroom.roles import Role
from freiblatt.readers.actions import LETTERS_PER_NEIGHBOURHOOD, withdraw
from freiblatt.readers.models import Consent
from tests.cast import make_member, make_owner
from tests.discussion.letters_story import (
    ANSWER,
    ARTICLE,
    HELGA,
    TEXT,
    answered,
    click,
    confirmed_comment,
    helga,
    news,
    send,
    tell,
)
from tests.factories import make_article

pytestmark = pytest.mark.usefixtures("open_desk", "told_at_once")


def test_one_letter_confirms_address_answers_and_thread(thread: Thread, client: Client) -> None:
    answer = send(client, mail=f" {HELGA} ", notify_answers="on", notify_thread="on")
    assert answer.status_code == 303
    comment = Comment.objects.get()
    assert not Subscription.objects.exists()
    assert comment.reader is None
    assert "Eine E-Mail mit einem Link ist unterwegs" in client.get(answer["Location"]).content.decode()
    run_waiting()
    (letter,) = Letter.objects.all()
    # Nothing that a stranger types goes out to an address that need not be theirs.
    assert TEXT not in letter.text + letter.html
    assert "Helga" not in letter.text + letter.html + letter.subject
    assert "Ein Hafen wird verkauft" in letter.text

    assert click(client).status_code == 303
    comment.refresh_from_db()
    assert comment.reader == helga()
    kinds = set(Subscription.objects.running().values_list("kind", "key"))
    assert kinds == {("own_comments", ""), ("comment_answers", str(comment.pk)), ("thread", str(thread.article_id))}
    assert HELGA not in client.get(answer["Location"]).content.decode()
    assert "bestätigt</span>" in client.get(ARTICLE).content.decode()


def test_wish_without_an_address_gives_the_text_back(thread: Thread, client: Client) -> None:
    answer = send(client, notify_answers="on")
    assert answer.status_code == 422
    assert TEXT in answer.content.decode()
    assert "an die wir schreiben können" in answer.content.decode()
    answer = send(client, mail="helga@", notify_answers="on")
    assert answer.status_code == 422
    for hostile in ("a@example.org\nBcc: b@example.org", "a@example.org\r\n\r\nText", "a@example.org,b@example.org"):
        assert send(client, mail=hostile).status_code == 422
    assert not Comment.objects.exists()
    assert not Letter.objects.exists()


def test_answers_of_ten_minutes_come_in_one_letter(thread: Thread, client: Client) -> None:
    comment, _token = confirmed_comment(client, notify_answers="on")
    first, second = answered(comment), answered(comment, "Und wer prüft das?", name="Eva")
    elsewhere = add_comment(thread=thread, text="Etwas anderes", guest_name="Karl")
    answered(elsewhere, "Eine Antwort an Karl")
    (job,) = Job.objects.filter(dedupe_key=f"discussion_news:{thread.pk}")
    assert timedelta_minutes(job.due_at) == pytest.approx(10, abs=0.5)
    assert news() == []

    assert tell(thread) == 1
    (letter,) = news()
    assert (letter.to_address, letter.state, letter.language) == (HELGA, LetterState.SENT, "de")
    assert letter.subject == "2 Antworten auf Ihren Kommentar: Ein Hafen wird verkauft"
    for one in (first, second):
        assert f"http://testserver{ARTICLE}diskussion/{one.pk}/" in letter.text
    assert ANSWER in letter.html
    assert "Karl" not in letter.text
    assert tell(thread) == 0
    assert len(news()) == 1


def test_letters_that_wait_end_with_the_article(thread: Thread, client: Client) -> None:
    comment, _token = confirmed_comment(client, notify_answers="on", notify_thread="on")
    other = make_article(section=thread.article.get_parent().specific, title="Ein anderer Hafen")
    elsewhere = post_words(
        to=HELGA, subject="Gruß", text="x", html="", language="de", kind="discussion_news", about=f"article:{other.pk}"
    )
    answered(comment)
    assert tell_followers.call(thread.pk) == 1
    send_voting_link(thread=thread, address=HELGA, who="203.0.113.0/24")
    assert write_to_writer.call(comment.pk, "picked", {"reason": "Gut gefragt."}, "1")
    assert write_to_writer.call(comment.pk, "objection_decided", {"answer": "Wir bleiben dabei."}, "2")
    waiting = Letter.objects.filter(state=LetterState.WAITING)
    assert set(waiting.values_list("kind", flat=True)) == {
        "discussion_news",
        "discussion_voting",
        "discussion_decision",
    }
    assert waiting.count() == 5

    withdraw_article(article=thread.article, by=None, reason="Die Quelle hat gelogen.", keep_notice=True)
    run_waiting()
    about = Letter.objects.filter(about=f"article:{thread.article_id}")
    assert set(about.values_list("kind", "state", "text")) == {
        ("discussion_news", "discarded", ""),
        ("discussion_voting", "discarded", ""),
        ("discussion_decision", "discarded", ""),
    }
    elsewhere.refresh_from_db()
    assert elsewhere.state == LetterState.SENT
    # The answer to an objection is owed to the writer all the same.
    assert Letter.objects.get(kind="discussion_decision", about="").state == LetterState.SENT
    assert not write_to_writer.call(comment.pk, "picked", {"reason": "Gut gefragt."}, "3")


def timedelta_minutes(moment: datetime.datetime) -> float:
    return (moment - timezone.now()).total_seconds() / 60


def test_thread_and_answer_are_one_letter_and_never_about_the_own_comment(thread: Thread, client: Client) -> None:
    comment, token = confirmed_comment(client, notify_answers="on", notify_thread="on")
    answered(comment)
    send(client, text="Das schreibe ich selbst noch dazu.", known_by=token)
    assert tell(thread) == 1
    (letter,) = news()
    assert letter.subject.startswith("1 neuer Kommentar")
    assert "schreibe ich selbst" not in letter.text
    assert News.objects.count() == 2
    send(client, text="Und das schreibe ich auch selbst.", known_by=token)
    assert tell(thread) == 0


def test_what_is_held_or_gone_is_never_told(thread: Thread, client: Client) -> None:
    comment, _token = confirmed_comment(client, notify_answers="on")
    rule = HouseRule.objects.first()
    gone, taken = answered(comment), answered(comment, "Das ist eine Beleidigung")
    answered(comment, "Bleibt")
    withdraw_comment(comment=gone)
    remove_comment(comment=taken, by=None, rule=rule)
    add_comment(thread=thread, parent=comment, text="Wartet noch", guest_name="Eva", state=CommentState.WAITING)
    assert tell(thread) == 1
    (letter,) = news()
    assert "Bleibt" in letter.text
    assert not any(words in letter.text for words in (ANSWER, "Beleidigung", "Wartet noch"))


def test_held_comment_is_told_once_it_is_public_and_no_second_time(thread: Thread, client: Client) -> None:
    comment, _token = confirmed_comment(client, notify_answers="on")
    rule = HouseRule.objects.first()
    held = add_comment(thread=thread, parent=comment, text="Wartet", guest_name="Eva", state=CommentState.WAITING)
    assert tell(thread) == 0
    approve_comment(comment=held, by=None)
    assert tell(thread) == 1
    remove_comment(comment=held, by=None, rule=rule)
    restore_comment(comment=held, by=None)
    assert tell(thread) == 0


def test_publishing_by_mistake_costs_nobody_the_letter(thread: Thread, client: Client) -> None:
    comment, _token = confirmed_comment(client, notify_answers="on")
    held = add_comment(thread=thread, parent=comment, text="Wartet", guest_name="Eva", state=CommentState.WAITING)
    member = make_member(Role.MODERATOR)
    Comment.objects.filter(pk=held.pk).update(hold_reasons=[{"rule": "unknown", "detail": ""}])
    approve_comment(comment=held, by=member)
    undo_decision(comment=held, by=member)
    assert tell(thread) == 0
    approve_comment(comment=held, by=member)
    assert tell(thread) == 1


def test_decision_that_was_taken_back_is_not_told(thread: Thread, client: Client) -> None:
    comment, _token = confirmed_comment(client)
    member = make_member(Role.MODERATOR)
    remove_comment(comment=comment, by=member, rule=HouseRule.objects.first())
    undo_decision(comment=comment, by=member)
    run_waiting()
    assert not Letter.objects.filter(kind="discussion_decision").exists()


def test_busy_day_ends_in_a_digest_next_morning(thread: Thread, client: Client) -> None:
    comment, _token = confirmed_comment(client, notify_answers="on")
    for number in range(LETTERS_A_DAY):
        limits.start_over()
        answered(comment, f"Einwand {number}")
        assert tell(thread) == 1
    for number in range(IN_ONE_LETTER + 2):
        add = add_comment(
            thread=thread, parent=comment, text=f"Spät {number}", guest_name="Eva", state=CommentState.WAITING
        )
        approve_comment(comment=add, by=None)
    Job.objects.filter(dedupe_key=f"discussion_news:{thread.pk}").delete()
    assert tell(thread) == 0
    (job,) = Job.objects.filter(dedupe_key=f"discussion_news:{thread.pk}")
    assert (timezone.localtime(job.due_at).hour, job.due_at > timezone.now()) == (7, True)

    Letter.objects.filter(kind="discussion_news").update(created_at=timezone.now() - datetime.timedelta(days=1))
    assert tell(thread) == 1
    letter = news()[-1]
    assert letter.subject.startswith(f"{IN_ONE_LETTER + 2} Antworten")
    assert "und 2 weitere Kommentare" in letter.text
    assert tell(thread) == 0


def test_one_click_ends_it_and_takes_the_consent_back(thread: Thread, client: Client) -> None:
    comment, _token = confirmed_comment(client, notify_answers="on", notify_thread="on")
    answered(comment)
    tell(thread)
    (letter,) = news()
    path = letter.unsubscribe_url.removeprefix("http://testserver")
    assert client.get(path).status_code == 200
    assert Consent.objects.standing().count() == 3
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Consent.objects.standing().filter(purpose="discussion_thread").exists()
    assert Consent.objects.standing().filter(purpose="discussion_answers").exists()
    answered(comment, "Noch eine Antwort")
    add_comment(thread=thread, text="Neues im Faden", guest_name="Karl")
    tell(thread)
    assert news()[-1].subject.startswith("1 Antwort auf Ihren Kommentar")

    withdraw(consent=Consent.objects.get(purpose="discussion_answers"))
    answered(comment, "Und noch eine")
    assert tell(thread) == 0


def test_withdrawn_article_is_not_written_about(thread: Thread, client: Client) -> None:
    comment, _token = confirmed_comment(client, notify_answers="on")
    answered(comment)
    thread.article.unpublish()
    assert tell(thread) == 0


def test_nobody_follows_and_nothing_is_put_down(thread: Thread, client: Client) -> None:
    send(client)
    assert not News.objects.exists()
    assert not Job.objects.filter(dedupe_key__startswith="discussion_news").exists()


def test_job_killed_in_the_middle_tells_everybody_once(thread: Thread, client: Client, monkeypatch) -> None:
    comment, _token = confirmed_comment(client, notify_thread="on")
    limits.start_over()
    confirmed_comment(Client(REMOTE_ADDR="198.51.100.77"), name="Ilse", mail="ilse@example.org", notify_thread="on")
    tell(thread)
    before = len(news())
    answered(comment)
    from freiblatt.discussion.actions import news as verbs

    real, calls = verbs.letters.note_told, []

    def dies_at_the_second(**given) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise RuntimeError("killed")
        real(**given)

    with monkeypatch.context() as patched:
        patched.setattr(verbs.letters, "note_told", dies_at_the_second)
        with pytest.raises(RuntimeError):
            tell_followers.call(thread.pk)
    assert len(news()) == before + 1
    assert tell(thread) == 1
    assert len({letter.to_address for letter in news()[before:]}) == 2


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "Eve\r\nBcc: all@example.org",
    "Eve\u2028Bcc: all@example.org",
    "{{ sender.name }} {% now %}",
    "=?utf-8?q?=0ABcc:_all@example.org?=",
    "\u202eflah",
)


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_that_a_stranger_types_is_more_than_text_in_a_letter(
    thread: Thread, client: Client, typed: str
) -> None:
    from freiblatt.letters.delivery import message_of

    comment, _token = confirmed_comment(client, notify_answers="on")
    answered(comment, text=f"{typed} und noch etwas Text", name=f"{typed} E")
    assert tell(thread) == 1
    (letter,) = news()
    assert "<script>alert" not in letter.html
    assert "<img" not in letter.html
    assert "\u202e" not in letter.text
    message = message_of(letter).message()
    assert message["Bcc"] is None
    assert [line for line in message.as_string().splitlines() if line.startswith("Bcc:")] == []
    assert message["Subject"].startswith("1 Antwort auf Ihren Kommentar")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_desk_sees_the_letters_in_its_mailbox(thread: Thread, client: Client) -> None:
    comment, _token = confirmed_comment(client, notify_answers="on")
    answered(comment)
    tell(thread)
    owner = Client()
    owner.force_login(make_owner(), backend="django.contrib.auth.backends.ModelBackend")
    mailbox = owner.get("/admin/post/").content.decode()
    assert "1 Antwort auf Ihren Kommentar: Ein Hafen wird verkauft" in mailbox
    letter = owner.get(f"/admin/post/{news()[-1].pk}/").content.decode()
    assert ANSWER in letter


def test_comment_stands_where_no_more_letters_may_go_out(thread: Thread, client: Client) -> None:
    for _letter in range(LETTERS_PER_NEIGHBOURHOOD):
        limits.take("readers_letters_from", "203.0.113.0/24", most=LETTERS_PER_NEIGHBOURHOOD, per_seconds=3600)
    near = Client(REMOTE_ADDR="203.0.113.20")
    answer = send(near, mail=HELGA, notify_answers="on")
    assert answer.status_code == 303
    assert not Letter.objects.exists()
    refused = near.post(f"{answer['Location']}briefe/", {"mail": HELGA, "notify_answers": "on"})
    assert refused.status_code == 429
    limits.start_over()
    assert near.post(f"{answer['Location']}briefe/", {"mail": HELGA, "notify_answers": "on"}).status_code == 303
    run_waiting()
    click(near)
    assert Subscription.objects.running().filter(kind="comment_answers").exists()
