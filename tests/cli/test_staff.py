"""Whoever has the keys of the server lets people in, mail or not."""

import pytest

from freiblatt.cli import staff
from freiblatt.cli.console import ConsoleError
from freiblatt.config.facts import ROLES
from freiblatt.newsroom.actions import has_second_factor
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role, holds
from tests.cast import make_owner
from tests.newsroom.signing_in import give_app

pytestmark = pytest.mark.django_db


def give(*words: str) -> int:
    """Return the status of `freiblatt staff` with these words."""
    import argparse

    parser = argparse.ArgumentParser()
    staff.add_arguments(parser)
    return staff.run(parser.parse_args(words))


def test_configuration_knows_the_roles():
    assert list(ROLES) == Role.values


def test_invited_on_the_console_and_in_by_the_link(capsys, client):
    assert give("invite", "rosa@example.org", "--role", "editor", "--language", "en") == 0
    link = capsys.readouterr().out.strip().splitlines()[-1]

    client.get(link.removeprefix("http://testserver"))
    client.post("/admin/welcome/", {"new_password1": "ein-neues-kennwort-9", "new_password2": "ein-neues-kennwort-9"})

    assert client.get("/admin/").status_code == 200
    assert holds(StaffMember.objects.get(), Role.EDITOR)


def test_lost_factor_is_taken_away(capsys):
    owner = make_owner()
    give_app(owner)

    give("reset-mfa", "Owner@Example.org")

    assert not has_second_factor(member=owner)
    assert "taken away" in capsys.readouterr().out


def test_list_names_everybody(capsys):
    give_app(make_owner())

    give("list")

    assert capsys.readouterr().out == "owner@example.org  owner  second factor  never signed in\n"


@pytest.mark.parametrize("words", [("link", "nobody@example.org"), ("invite", "no-address", "--role", "author")])
def test_wrong_address_gets_a_sentence(words):
    with pytest.raises(ConsoleError):
        give(*words)


def test_address_that_is_there_is_not_invited_again():
    make_owner()

    with pytest.raises(ConsoleError, match=r"owner@example\.org"):
        give("invite", "owner@example.org", "--role", "author")
