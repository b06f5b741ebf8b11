"""Readers who follow a discussion, and what they find in their mailboxes."""

import re

from django.test import Client

from freiblatt.discussion.actions import tell_followers
from freiblatt.discussion.models import Comment, Thread
from freiblatt.jobs.worker import run_waiting
from freiblatt.letters.models import Letter
from freiblatt.readers.models import Reader

ARTICLE = "/europa/ein-hafen-wird-verkauft/"
WRITE = f"{ARTICLE}diskussion/schreiben/"
HELGA = "helga@example.org"
TEXT = "Wer haftet eigentlich, wenn der Käufer zahlungsunfähig wird?"
ANSWER = "Der Käufer haftet mit dem Grundstück."


def nonce_of(client: Client, address: str = WRITE) -> str:
    """Return what the form carries that is handed out at `address`."""
    (nonce,) = re.findall(r'name="nonce" value="([^"]+)"', client.get(address).content.decode())
    return nonce


def send(client: Client, address: str = WRITE, **fields: str):
    """Send a form that was handed out before; return the answer."""
    typed = {"text": TEXT, "name": "Helga", "nonce": nonce_of(client, address), **fields}
    return client.post(address, typed)


def token_of(answer) -> str:
    """Return the token of the own page that an answer leads to."""
    return answer["Location"].rstrip("/").rpartition("/")[2]


def click(client: Client, letter: Letter | None = None):
    """Follow the link of a confirmation and press its button; return the answer."""
    letter = letter or Letter.objects.filter(kind="readers_confirm").latest("pk")
    (link,) = set(re.findall(r"http://testserver(/\S*leser/\S+|/en/readers/\S+)", letter.text))
    assert client.get(link).status_code == 200
    return client.post(link)


def confirmed_comment(client: Client, **fields: str) -> tuple[Comment, str]:
    """Return a comment of Helga's whose address is confirmed, and its token."""
    answer = send(client, **{"mail": HELGA, **fields})
    assert answer.status_code == 303
    run_waiting()
    click(client)
    return Comment.objects.latest("pk"), token_of(answer)


def answered(comment: Comment, text: str = ANSWER, name: str = "Otto") -> Comment:
    """Return a public answer by a guest, who sends a form like everybody."""
    answer = send(
        Client(REMOTE_ADDR=f"198.51.100.{Comment.objects.count()}"),
        f"{ARTICLE}diskussion/{comment.pk}/antworten/",
        text=text,
        name=name,
    )
    assert answer.status_code == 303
    return Comment.objects.latest("pk")


def tell(thread: Thread) -> int:
    """Run the job that waits ten minutes, now, and send what it wrote."""
    count = tell_followers.call(thread.pk)
    run_waiting()
    return count


def news() -> list[Letter]:
    """Return the letters about news, in order."""
    return list(Letter.objects.filter(kind="discussion_news").order_by("pk"))


def helga() -> Reader:
    return Reader.objects.get(address=HELGA)
