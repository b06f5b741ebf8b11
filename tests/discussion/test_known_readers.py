"""A confirmed address: name, trust and votes are its reader's, and all of it can be taken away or erased."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from freiblatt.discussion.actions import (
    DiscussionError,
    NameTakenError,
    add_comment,
    answer_as_staff,
    approve_comment,
    check_name,
    forget_senders,
    object_as_writer,
    pick_comment,
    reader_of,
    refuse_comment,
    remove_comment,
    restore_comment,
    vote,
    withdraw_comment,
)
from freiblatt.discussion.actions.knowing import of_token
from freiblatt.discussion.actions.standing import standing_of
from freiblatt.discussion.actions.voting import close_ballot
from freiblatt.discussion.models import (
    Comment,
    CommentState,
    DiscussionSettings,
    FirstComment,
    HouseRule,
    Thread,
    Vote,
    WriterRecord,
)
from freiblatt.discussion.senders import Sender
from freiblatt.jobs.models import Job
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.models import Letter, Subscription
from freiblatt.lib import limits
from freiblatt.newsroom.roles import Role
from freiblatt.readers.actions import ask_for_the_rest, erase, export, page_url, withdraw, withdraw_all
from freiblatt.readers.links import confirm_token
from freiblatt.readers.models import Consent
from tests.cast import make_member
from tests.discussion.at_the_desk import SENDER
from tests.discussion.letters_story import (
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
from tests.discussion.test_reporting import send as send_report
from tests.factories import house_rule
from tests.readers.story import link_in

pytestmark = pytest.mark.usefixtures("open_desk", "told_at_once")


def test_known_writer_neither_types_nor_clicks_again(thread: Thread, client: Client) -> None:
    _comment, token = confirmed_comment(client)
    for number in range(6):
        limits.start_over()
        answer = send(client, text=f"Gedanke {number}", known_by=token, notify_answers="on")
        assert answer.status_code == 303
    run_waiting()
    assert Letter.objects.filter(kind="readers_confirm").count() == 1
    assert Subscription.objects.running().filter(kind="comment_answers").count() == 6
    # Somebody else's address is not theirs because they have one.
    send(client, text="Mit fremder Adresse", known_by=token, mail="eve@example.org", notify_answers="on")
    assert Letter.objects.filter(kind="readers_confirm").count() == 2


def test_typing_an_address_makes_nobody_its_owner(thread: Thread, client: Client) -> None:
    confirmed_comment(client)
    send(Client(REMOTE_ADDR="198.51.100.9"), name="Eve", mail=HELGA, text="Ich bin nicht Helga.")
    assert Comment.objects.latest("pk").reader is None


def test_confirmed_address_reserves_the_name(thread: Thread, client: Client) -> None:
    comment, token = confirmed_comment(client)
    for taken in ("Helga", "HELGA ", "Неlga", "H\u200belga"):
        with pytest.raises(NameTakenError):
            check_name(taken)
    assert send(Client(REMOTE_ADDR="198.51.100.9")).status_code == 422
    assert send(client, text="Noch etwas.", known_by=token).status_code == 303
    withdraw(consent=Consent.objects.get(purpose="discussion_comment"))
    comment.refresh_from_db()
    assert comment.reader is None
    assert check_name("Helga") == "Helga"


@pytest.mark.parametrize(
    "name",
    [
        *("Die Redaktion", "Team der Redaktion", "Ihre Moderatorin", "The Editors", "die  R\u0435daktion!"),
        *(
            "Rosa Winter (Autorin)",
            "Autorin Rosa Winter",
            "Rosa Winter / Redaktion",
            "Testblatt-Redaktion",
            "Testblatt",
        ),
    ],
)
def test_role_that_is_added_makes_no_other_name(thread: Thread, name: str) -> None:
    with pytest.raises(NameTakenError):
        check_name(name)


@pytest.mark.parametrize("name", ["Otto, Redakteur i. R.", "Die Leserin", "Rosa", "Winter von der Hafenredaktion"])
def test_names_that_only_come_near_a_role_are_free(thread: Thread, name: str) -> None:
    assert check_name(name) == name


def test_second_of_two_guests_with_one_name_confirms_and_stays_a_guest(thread: Thread, client: Client) -> None:
    first = send(client, mail=HELGA)
    second = send(Client(REMOTE_ADDR="198.51.100.9"), mail="other@example.org", text="Dieselbe, aber anders")
    run_waiting()
    one, two = Letter.objects.order_by("pk")
    click(client, two)
    click(client, one)
    winner, loser = Comment.objects.order_by("-pk")
    assert (winner.reader.address, loser.reader) == ("other@example.org", None)
    assert first.status_code == second.status_code == 303


def test_trust_comes_with_the_address_and_frees_what_only_waited_for_it(thread: Thread, client: Client) -> None:
    settings = DiscussionSettings.load()
    settings.held = FirstComment.UNKNOWN
    settings.save()
    comment, _token = confirmed_comment(client)
    approve_comment(comment=comment, by=None)
    # From another device, without the token: held, until the click in the letter shows whose it is.
    send(Client(REMOTE_ADDR="198.51.100.9"), name="Helga W.", mail=HELGA, text="Von meinem Telefon aus geschrieben.")
    other = Comment.objects.latest("pk")
    assert other.state == CommentState.WAITING
    run_waiting()
    click(client)
    other.refresh_from_db()
    assert (other.state, other.reader, other.hold_reasons) == (CommentState.PUBLIC, helga(), [])
    assert other.writer_key == Comment.objects.get(pk=comment.pk).writer_key


def test_link_in_the_mail_lists_own_comments_and_opens_them(thread: Thread, client: Client) -> None:
    comment, _token = confirmed_comment(client)
    page = client.get(page_url(reader=helga()).removeprefix("http://testserver")).content.decode()
    (own,) = set(re.findall(r'href="(/diskussion/eigener/[^"]+)"', page))
    shown = client.get(own)
    assert shown.status_code == 200
    assert TEXT in shown.content.decode()
    token = own.rstrip("/").rpartition("/")[2]
    assert reader_of(token) == helga()
    assert reader_of(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert client.post(f"{own}zurueckziehen/").status_code == 200
    comment.refresh_from_db()
    assert comment.state == CommentState.WITHDRAWN
    assert client.get(own).status_code == 404


def test_everything_of_a_reader_is_handed_out_and_erased(thread: Thread, client: Client) -> None:
    comment, token = confirmed_comment(client, notify_answers="on")
    other = add_comment(thread=thread, text="Von Karl", guest_name="Karl")
    answered(comment)
    vote(comment=other, sender=Sender(address="203.0.113.9", neighbourhood="x"), value=1, known_by=token)
    found = export(reader=helga())
    assert [one["text"] for one in found["discussion"]["comments"]] == [TEXT]
    assert found["discussion"]["votes"] == [{"comment": other.pk, "value": 1}]
    assert {one["kind"] for one in found["subscriptions"]} == {"own_comments", "comment_answers"}

    erase(reader=helga())
    comment.refresh_from_db()
    other.refresh_from_db()
    assert (comment.state, comment.source_text, comment.guest_name) == (CommentState.ERASED, "", "")
    assert (other.up, other.rank) == (0, other.pk)
    assert not Subscription.objects.exists()
    assert TEXT not in client.get(ARTICLE).content.decode()


def test_writer_is_handed_out_what_was_decided_and_said_against_it(thread: Thread, client: Client) -> None:
    comment, _token = confirmed_comment(client)
    send_report(Client(), comment, address=HELGA)
    remove_comment(comment=comment, by=None, rule=house_rule(), words="Grund der Redaktion")
    object_as_writer(comment=comment, text="Mein Einspruch", sender=SENDER)
    data = export(reader=helga())
    assert "reports" not in data["discussion"]
    assert [one["comment"] for one in data["discussion_reports"]] == [comment.pk]
    (own,) = data["discussion"]["comments"]
    (made,) = own["decisions"]
    assert (made["decision"], made["rule"], made["words"]) == ("removed", "respect", "Grund der Redaktion")
    assert [(one["text"], one["state"]) for one in made["objections"]] == [("Mein Einspruch", "open")]


def test_comment_that_a_reader_disclaims_takes_no_trust_along(thread: Thread, client: Client) -> None:
    confirmed_comment(client)
    _other, token = confirmed_comment(client, name="Otto", text="Diesen Satz hat jemand anderes geschrieben.")
    strange = of_token(token)
    assert strange is not None
    assert standing_of(strange.writer_key).approved == 2
    (consent,) = helga().consents.standing().filter(purpose="discussion_comment", subject_key=str(strange.pk))
    withdraw(consent=consent)
    strange = of_token(token)
    assert strange is not None
    assert strange.reader is None
    assert standing_of(strange.writer_key).approved == 1


def test_withdrawing_everything_leaves_the_comments_to_a_guest(thread: Thread, client: Client) -> None:
    comment, _token = confirmed_comment(client, notify_answers="on")
    withdraw_all(reader=helga())
    comment.refresh_from_db()
    assert (comment.state, comment.reader) == (CommentState.PUBLIC, None)
    assert not Subscription.objects.running().exists()


def test_confirmed_readers_vote_by_their_own_key_for_good(thread: Thread, client: Client) -> None:
    _comment, token = confirmed_comment(client)
    other = add_comment(thread=thread, text="Von Karl", guest_name="Karl")
    office = Sender(address="203.0.113.9", neighbourhood="203.0.113.0/24")
    assert vote(comment=other, sender=office, value=1).up == 1
    # The same device, with and without what it is known by, has one vote.
    assert vote(comment=other, sender=office, value=1, known_by=token).up == 1
    assert vote(comment=other, sender=office, value=1, known_by=token).up == 1
    with pytest.raises(DiscussionError):
        vote(comment=other, sender=office, value=1)
    assert vote(comment=other, sender=office, value=-1, known_by=token).down == 1
    with pytest.raises(DiscussionError):
        vote(comment=Comment.objects.get(reader=helga()), sender=office, value=1, known_by=token)
    close_ballot(thread=thread)
    assert Vote.objects.count() == 1
    assert vote(comment=other, sender=office, value=0, known_by=token).down == 0


def test_writer_hears_what_was_decided_with_rule_and_words(thread: Thread, client: Client) -> None:
    comment, token = confirmed_comment(client)
    rule = HouseRule.objects.first()
    pick_comment(comment=comment, reason="Weil die Frage weiterführt")
    remove_comment(comment=comment, by=None, rule=rule, words="Bitte ohne Namen von Privatleuten.")
    restore_comment(comment=comment, by=None)
    run_waiting()
    told = list(Letter.objects.filter(kind="discussion_decision").order_by("pk"))
    # The pick was over when the letter was to be written: nobody is told what no longer holds.
    assert [letter.subject.split(":")[0] for letter in told] == [
        "Die Redaktion empfiehlt Ihren Kommentar",
        "Ihr Kommentar ist wieder veröffentlicht",
    ]
    remove_comment(comment=comment, by=None, rule=rule, words="Bitte ohne Namen von Privatleuten.")
    run_waiting()
    letter = Letter.objects.latest("pk")
    assert rule.in_language("de")[0] in letter.text
    assert "Bitte ohne Namen von Privatleuten." in letter.html
    assert TEXT in letter.text
    assert letter.unsubscribe_url

    client.post(letter.unsubscribe_url.removeprefix("http://testserver"))
    restore_comment(comment=comment, by=None)
    run_waiting()
    assert Letter.objects.latest("pk") == letter
    assert reader_of(token) == helga()


def test_writer_without_confirmed_address_is_not_written_to(thread: Thread, client: Client) -> None:
    send(client, mail=HELGA)
    refuse = add_comment(thread=thread, text="Wartet", guest_name="Eva", state=CommentState.WAITING)
    refuse_comment(comment=refuse, by=None, rule=HouseRule.objects.first())
    pick_comment(comment=Comment.objects.first(), reason="Gut")
    run_waiting()
    assert not Letter.objects.filter(kind="discussion_decision").exists()


def test_newsroom_answers_and_is_listed_alone(thread: Thread, client: Client) -> None:
    comment, _token = confirmed_comment(client, notify_answers="on")
    moderator = make_member(Role.MODERATOR, first_name="Mia", last_name="Moder")
    answer = answer_as_staff(thread=thread, parent=comment, text="Wir prüfen das.", by=moderator, nonce="n1")
    assert answer_as_staff(thread=thread, parent=comment, text="Wir prüfen das.", by=moderator, nonce="n1") == answer
    assert (answer.is_by_staff, answer.guest_name, answer.state) == (True, "Mia Moder", CommentState.PUBLIC)
    page = client.get(f"{ARTICLE}diskussion/redaktion/")
    assert page.status_code == 200
    assert TEXT in page.content.decode()
    assert "Wir prüfen das." in page.content.decode()
    assert f'href="{ARTICLE}diskussion/redaktion/"' in client.get(ARTICLE).content.decode()
    assert tell(thread) == 1
    assert "Mia Moder (Redaktion)" in news()[-1].text


def test_linked_author_answers_with_the_own_badge_and_only_below_own_articles(thread: Thread) -> None:
    from freiblatt.articles.models import Author

    rosa = make_member(Role.AUTHOR, email="rosa@example.org")
    with pytest.raises(DiscussionError):
        answer_as_staff(thread=thread, text="Hier schreibe ich.", by=rosa)
    Author.objects.filter(name="Rosa Winter").update(staff_member=rosa)
    comment = answer_as_staff(thread=thread, text="Was haben Sie erlebt?", by=rosa, is_question=True)
    assert (comment.author.name, comment.is_by_staff, comment.guest_name) == ("Rosa Winter", False, "")
    thread.refresh_from_db()
    assert thread.pinned == comment


def test_thread_has_a_feed_of_what_everybody_may_read(thread: Thread, client: Client) -> None:
    import xml.etree.ElementTree as ET

    name = 'Karl <b>"&'
    add_comment(thread=thread, text="Ein <script>alert(1)</script> Text", guest_name=name)
    add_comment(thread=thread, text="Wartet noch", guest_name="Eva", state=CommentState.WAITING)
    gone = add_comment(thread=thread, text="Geht wieder", guest_name="Ida")
    withdraw_comment(comment=gone)
    answer = client.get(f"{ARTICLE}diskussion/feed.atom")
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = ET.fromstring(answer.content)
    space = {"a": "http://www.w3.org/2005/Atom"}
    assert [entry.findtext("a:author/a:name", namespaces=space) for entry in root.findall("a:entry", space)] == [name]
    assert "<script" not in root.find("a:entry", space).findtext("a:summary", namespaces=space)
    assert b"Wartet noch" not in answer.content


def test_strangers_comment_never_shares_a_letter_with_the_owners_own(thread: Thread, client: Client) -> None:
    for number in range(4):
        send(Client(REMOTE_ADDR=f"198.51.100.{number}"), name="Eve", mail=HELGA, text=f"Fremdes {number}")
    send(client, mail=HELGA, text="Das ist von mir.")
    limits.start_over()
    assert ask_for_the_rest.call(helga().pk) == 1
    stranger = Letter.objects.filter(kind="readers_confirm").latest("pk")
    page = client.get(link_in(stranger)).content.decode()
    assert "Eve: Fremdes 3" in page
    assert "Das ist von mir." not in page
    # Nothing that a stranger types goes out to an address that need not be theirs.
    assert "Fremdes" not in stranger.text + stranger.html
    # The rest is not forgotten.
    assert Job.objects.filter(dedupe_key=f"readers_ask:{helga().pk}").exists()
    assert ask_for_the_rest.call(helga().pk) == 1
    own = Letter.objects.filter(kind="readers_confirm").latest("pk")
    assert "Helga: Das ist von mir." in client.get(link_in(own)).content.decode()
    run_waiting()
    click(client, own)
    assert [comment.source_text for comment in Comment.objects.filter(reader=helga())] == ["Das ist von mir."]


def test_one_click_confirms_no_two_comments(thread: Thread, client: Client) -> None:
    send(Client(REMOTE_ADDR="198.51.100.9"), name="Eve", mail=HELGA, text="Fremdes")
    send(client, mail=HELGA, text="Das ist von mir.")
    theirs, mine = Consent.objects.order_by("pk")
    link = reverse("readers:confirm", args=[confirm_token(theirs, mine)])
    page = client.get(link).content.decode()
    assert "Eve: Fremdes" in page
    assert "Helga: Das ist von mir." in page
    assert client.post(link).status_code == 422
    assert client.post(link, {"agreed": "x"}).status_code == 422
    assert not Consent.objects.standing().exists()
    assert client.post(link, {"agreed": str(mine.pk)}).status_code == 303
    assert list(Consent.objects.standing()) == [mine]
    assert [comment.guest_name for comment in Comment.objects.filter(reader=helga())] == ["Helga"]


def test_nobody_votes_for_the_own_comment_by_another_name(thread: Thread, client: Client) -> None:
    _comment, token = confirmed_comment(client)
    send(Client(REMOTE_ADDR="203.0.113.9"), name="Gast", text="Ohne Adresse geschrieben.")
    with pytest.raises(DiscussionError):
        vote(
            comment=Comment.objects.latest("pk"),
            sender=Sender(address="203.0.113.9", neighbourhood="203.0.113.0/24"),
            value=1,
            known_by=token,
        )


def test_names_are_reserved_when_published_and_no_more_than_three(thread: Thread, client: Client) -> None:
    comment, token = confirmed_comment(client)
    for name in ("Zwei", "Drei", "Vier"):
        limits.start_over()
        send(client, name=name, text=f"Als {name} geschrieben.", known_by=token)
    for taken in ("Helga", "Zwei", "Drei"):
        with pytest.raises(NameTakenError):
            check_name(taken)
    assert check_name("Vier") == "Vier"
    Comment.objects.filter(pk=comment.pk).update(state=CommentState.WAITING, slot=0)
    assert check_name("Helga") == "Helga"


def test_withdrawing_what_was_refused_brings_no_trust_back(thread: Thread, client: Client) -> None:
    _comment, token = confirmed_comment(client)
    writer = Comment.objects.get().writer_key
    for number in range(2):
        limits.start_over()
        send(client, text=f"Unfug {number}", known_by=token)
        unwanted = Comment.objects.latest("pk")
        remove_comment(comment=unwanted, by=None, rule=HouseRule.objects.first())
        withdraw_comment(comment=unwanted)
        withdraw_comment(comment=unwanted)
    assert standing_of(writer).refused == 2
    assert standing_of("", reader=helga()).refused == 2
    assert export(reader=helga())["discussion"]["refused_and_withdrawn"] == 2
    forget_senders.func()
    assert standing_of(writer).refused == 2
    erase(reader=helga())
    assert not WriterRecord.objects.exists()


def test_record_of_a_guest_goes_with_the_last_comment(thread: Thread, client: Client) -> None:
    send(client)
    comment = Comment.objects.get()
    remove_comment(comment=comment, by=None, rule=HouseRule.objects.first())
    withdraw_comment(comment=comment)
    assert WriterRecord.objects.count() == 1
    forget_senders.func()
    assert not WriterRecord.objects.exists()
