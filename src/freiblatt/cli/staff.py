"""Who works here, and letting people in when the desk cannot: list, invite, link, reset-mfa.

  freiblatt staff list                              everybody with roles and ways in
  freiblatt staff invite MAIL --role editor         a new member; prints the one-time link
  freiblatt staff link MAIL                         a one-time link for somebody who cannot get in
  freiblatt staff reset-mfa MAIL                    takes lost passkeys, app and recovery codes away

A link works once, for seven days; whoever opens it is that person.
"""

import argparse
from typing import TYPE_CHECKING

from freiblatt.cli.start import ConsoleError, start_django
from freiblatt.config.facts import INTERFACE_LANGUAGES, ROLES

if TYPE_CHECKING:
    from freiblatt.newsroom.models import StaffMember


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take what to do, and for whom."""
    what = parser.add_subparsers(dest="what", required=True, metavar="list | invite | link | reset-mfa")
    what.add_parser("list", help="everybody with roles and ways in")
    inviting = what.add_parser("invite", help="invite somebody and print the link")
    inviting.add_argument("mail", metavar="MAIL")
    inviting.add_argument("--role", action="append", choices=ROLES, required=True, help="may be given several times")
    inviting.add_argument("--language", choices=list(INTERFACE_LANGUAGES), default="", help="of the desk")
    for name, words in (("link", "print a one-time link"), ("reset-mfa", "take lost second factors away")):
        what.add_parser(name, help=words).add_argument("mail", metavar="MAIL")


def run(arguments: argparse.Namespace) -> int:
    """Do it and say so."""
    start_django()
    return {"list": _list, "invite": _invite, "link": _link, "reset-mfa": _reset}[arguments.what](arguments)


def _list(arguments: argparse.Namespace) -> int:
    from freiblatt.newsroom.actions import has_second_factor
    from freiblatt.newsroom.models import StaffMember
    from freiblatt.newsroom.roles import roles_of

    for member in StaffMember.objects.order_by("email"):
        facts = [
            member.email,
            ", ".join(sorted(role.value for role in roles_of(member))) or "no role",
            "second factor" if has_second_factor(member=member) else "no second factor",
        ]
        if not member.is_active:
            facts.append("closed")
        elif member.last_login is None:
            facts.append("never signed in")
        else:
            facts.append(f"last sign-in {member.last_login:%Y-%m-%d}")
        print("  ".join(facts))
    return 0


def _invite(arguments: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from freiblatt.newsroom.actions import StaffError, invite
    from freiblatt.newsroom.roles import Role

    try:
        validate_email(arguments.mail)
        roles = [Role(name) for name in arguments.role]
        _member, link = invite(email=arguments.mail, roles=roles, language=arguments.language)
    except ValidationError as error:
        raise ConsoleError(f"{arguments.mail!r}: expected a mail address such as anna@example.org.") from error
    except StaffError as error:
        raise ConsoleError(f"{arguments.mail}: {error}") from error
    _print_link(arguments.mail, link)
    return 0


def _link(arguments: argparse.Namespace) -> int:
    from freiblatt.newsroom.actions import one_time_link

    member = _member(arguments.mail)
    if not member.is_active:
        raise ConsoleError(f"{member.email}: this account is closed. An owner can open it in the admin.")
    _print_link(member.email, one_time_link(member=member))
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    from freiblatt.newsroom.actions import reset_factors

    member = _member(arguments.mail)
    reset_factors(member=member)
    print(f"{member.email}: passkeys, app and recovery codes are taken away, all sessions are ended.")
    if not member.has_usable_password():
        print(f"There is no password. Give a link: freiblatt staff link {member.email}")
    return 0


def _member(mail: str) -> "StaffMember":
    from freiblatt.newsroom.models import StaffMember

    member = StaffMember.objects.filter(email__iexact=mail).first()
    if member is None:
        raise ConsoleError(f"{mail}: nobody here has this mail address. `freiblatt staff list` names all.")
    return member


def _print_link(mail: str, link: str) -> None:
    print(f"{mail} comes in here, once, within seven days. Show the link to nobody else:\n{link}")
