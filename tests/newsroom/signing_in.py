"""What stories about signing in share: an app that shows codes, a link taken out of a letter."""

import re
import time
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.test import Client

from freiblatt.letters.models import Letter
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.totp import STEP_SECONDS, code_at
from tests.cast import PASSWORD

LOGIN = "/admin/login/"
SECOND_STEP = "/admin/login/second-step/"
DESK = "/admin/"
SECURITY = "/admin/security/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_app(member: StaffMember, secret: str = SECRET) -> Authenticator:
    """Return an authenticator app of `member` with this secret."""
    return Authenticator.objects.create(
        user=member, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt(secret)}
    )


def app_code(secret: str = SECRET, *, steps: int = 0) -> str:
    """Return what the app shows now, or `steps` half minutes later."""
    return code_at(secret, int(time.time()) // STEP_SECONDS + steps)


def enter_password(client: Client, email: str = "owner@example.org", password: str = PASSWORD, **headers: str) -> Any:
    """Return the answer to mail address and password."""
    return client.post(LOGIN, {"username": email, "password": password}, headers=headers)


def enter_code(client: Client, code: str) -> Any:
    """Return the answer to a code in the second step."""
    return client.post(SECOND_STEP, {"code": code})


def is_in(client: Client) -> bool:
    """Return whether the desk opens for `client`."""
    return client.get(DESK).status_code == 200


def last_letter(kind: str) -> Letter:
    """Return the latest letter of this kind."""
    return Letter.objects.filter(kind=kind).latest("pk")


def link_in(letter: Letter) -> str:
    """Return the path of the one-time link in a letter."""
    found = re.search(r"http://testserver(/admin/welcome/\S+)", letter.text)
    assert found is not None
    return found[1]
