"""What processes remember of the desk's decisions is never older than the last of them."""

import pytest
from django.test import Client

from freiblatt.discussion.current import current_settings
from freiblatt.discussion.models import Comment, DiscussionSettings, FirstComment, Thread
from freiblatt.discussion.tokens import make_nonce
from freiblatt.newsroom.models import PublicationSettings
from freiblatt.newsroom.roles import Role
from tests.cast import make_member
from tests.factories import make_author, make_section

THREAD = "/europa/ein-hafen-wird-verkauft/diskussion/"
WRITE = f"{THREAD}schreiben/"


def send(client: Client, text: str, name: str = "Helga") -> int:
    """Send a comment; return the status of the answer."""
    nonce = make_nonce(Thread.objects.get().key, is_of_preview=True)
    return client.post(WRITE, {"text": text, "name": name, "nonce": nonce}).status_code


@pytest.mark.django_db(transaction=True)
def test_doors_know_at_once_what_the_desk_has_decided(thread: Thread, client: Client) -> None:
    def shown() -> str:
        return client.get(WRITE).content.decode()

    # Names and menus, on pages that are made for one person.
    assert ("Zwiebelblatt" in shown(), "Rubrik Recht" in shown()) == (False, False)
    publication = PublicationSettings.load()
    publication.name = "Zwiebelblatt"
    publication.save()
    section = make_section(title="Rubrik Recht")
    assert ("Zwiebelblatt" in shown(), "Rubrik Recht" in shown()) == (True, True)
    section.unpublish()
    assert "Rubrik Recht" not in shown()
    # Settings of the discussion.
    for held, state in ((FirstComment.NOBODY, "public"), (FirstComment.EVERYBODY, "waiting")) * 2:
        settings = DiscussionSettings.load()
        settings.held = held
        settings.save()
        assert send(client, f"Wer haftet? {Comment.objects.count()} {held}") == 303
        assert Comment.objects.latest("pk").state == state
    comment = Comment.objects.filter(state="public").earliest("pk")
    stranger = Client(REMOTE_ADDR="198.51.100.7")
    for has_votes, status in ((True, 200), (False, 409), (True, 200)):
        settings = DiscussionSettings.load()
        settings.has_votes = has_votes
        settings.save()
        assert stranger.post(f"{THREAD}stimme/", {"up": comment.pk}).status_code == status
    # Names that belong to somebody.
    for name in ("Rosa Luft", "Karl Meer"):
        assert send(client, f"Ich bin {name}.", name) == 303
        if name == "Rosa Luft":
            make_author(name=name)
        else:
            member = make_member(Role.EDITOR)
            member.first_name, member.last_name = name.split()
            member.save()
        assert send(client, f"Noch einmal {name}.", name) == 422


@pytest.mark.django_db(transaction=True)
def test_settings_that_somebody_changes_for_themselves_change_for_nobody_else() -> None:
    DiscussionSettings.load()  # which stores them the first time
    current_settings().has_votes = False
    assert current_settings().has_votes
