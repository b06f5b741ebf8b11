"""Whoever forgot a password learns the way to a new one, and is promised no mail."""

from django.core import mail
from django.test import Client

from freiblatt.newsroom.actions import one_time_link
from tests.cast import make_owner


def test_nobody_is_promised_a_mail(db: None, client: Client, plain_static: None) -> None:
    make_owner(email="owner@example.org")
    html = client.get("/admin/password_reset/").content.decode()
    assert "freiblatt changepassword" in html
    assert client.post("/admin/password_reset/", {"email": "owner@example.org"}).status_code == 405
    assert mail.outbox == []


def test_the_one_time_link_still_leads_to_a_password(db: None, client: Client, plain_static: None) -> None:
    link = one_time_link(member=make_owner())
    answer = client.get(link.removeprefix("http://testserver"), follow=True)
    assert answer.status_code == 200
    assert "new_password1" in answer.content.decode()
