"""What stories at the discussion's desk have in common."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from freiblatt.discussion.actions import add_comment, post_comment
from freiblatt.discussion.models import Comment, CommentState, Thread
from freiblatt.discussion.senders import Sender
from freiblatt.discussion.tokens import make_nonce, read_nonce
from freiblatt.newsroom.roles import Role
from tests.cast import make_member

QUEUE = "/admin/discussion/"
DECIDE = "/admin/discussion/decide/"
SENDER = Sender(address="203.0.113.7", neighbourhood="203.0.113.0")


def signed_in(client: Client, role: Role) -> Client:
    client.force_login(make_member(role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(thread: Thread, text: str, *, name: str = "Helga", **more: Any) -> Comment:
    """Return what a reader sent, who filled in a form as people do."""
    nonce = read_nonce(make_nonce(thread.key, is_of_preview=True), thread.key)
    return post_comment(thread=thread, text=text, name=name, nonce=nonce, sender=SENDER, **more).comment


def wait(thread: Thread, text: str = "Wer haftet?", *, name: str = "Helga", **more: Any) -> Comment:
    """Return a comment that waits."""
    return add_comment(thread=thread, text=text, guest_name=name, state=CommentState.WAITING, **more)


def token_in(page: HttpResponse, comment: Comment) -> str:
    """Return what the page's forms say of a comment."""
    (token,) = set(re.findall(rf'name="comment" value="({comment.pk}-[0-9a-f]+)"', page.content.decode()))
    return token


def decide(client: Client, deed: str, *comments: Comment, **fields: str) -> HttpResponse:
    """Send the form for some comments of the queue; return the page that follows."""
    page = client.get(QUEUE)
    tokens = [token_in(page, comment) for comment in comments]
    return client.post(DECIDE, {"deed": deed, "comment": tokens, **fields}, follow=True)
