"""The second factor: who needs one, whether a code is right, and taking all away from whoever lost them."""

import binascii
import datetime

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from freiblatt.newsroom import totp
from freiblatt.newsroom.actions.letters import tell
from freiblatt.newsroom.actions.sessions import end_sessions
from freiblatt.newsroom.models import StaffMember
from freiblatt.newsroom.roles import Role, holds

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
#: Wrong codes in a row after which none is looked at for a while, which doubles each time up to a day. Whoever tries is
#: past the password, so that no stranger can bar anybody. Three codes are right at any time: whoever goes on guessing
#: for a year gets in with a chance of one in a hundred and eighty.
CODES_IN_A_ROW = 5
FIRST_BAR = datetime.timedelta(minutes=15)
LONGEST_BAR = datetime.timedelta(days=1)


class CodeError(Exception):
    """A code of the second step is not accepted; the message says why."""


def has_second_factor(*, member: StaffMember) -> bool:
    """Return whether `member` has an authenticator app or a passkey."""
    return Authenticator.objects.filter(user=member, type__in=FACTORS).exists()


def needs_second_factor(*, member: StaffMember) -> bool:
    """Return whether a role of `member` asks for a second factor, there or not (`second_factor` in freiblatt.toml)."""
    roles = [Role(name) for name in settings.SECOND_FACTOR_ROLES]
    return bool(roles) and holds(member, *roles)


def lacks_second_factor(*, member: StaffMember) -> bool:
    """Return whether `member` has to set up a second factor before anything else."""
    return needs_second_factor(member=member) and not has_second_factor(member=member)


def may_remove_factor(*, authenticator: Authenticator) -> bool:
    """Return whether the member stays able to sign in as the role asks without this passkey or app."""
    member = authenticator.user
    others = Authenticator.objects.filter(user=member, type__in=FACTORS).exclude(pk=authenticator.pk)
    if not needs_second_factor(member=member) and member.has_usable_password():
        return True
    if not member.has_usable_password():
        others = others.filter(type=Authenticator.Type.WEBAUTHN)
    return others.exists()


def check_code(*, member: StaffMember, code: str) -> Authenticator:
    """Return the app or the recovery codes that `code` belongs to. Each code is accepted once.

    Raises CodeError; wrong codes are counted in the database, for this member whatever the address.
    """
    code = "".join(code.split()).replace("-", "")
    now = timezone.now()
    with transaction.atomic():
        # Whoever asks at the same moment waits here, so that a hundred guesses at once are still counted one by one.
        row = StaffMember.objects.select_for_update().get(pk=member.pk)
        is_barred = row.codes_barred_until is not None and row.codes_barred_until > now
        authenticator = None if is_barred else _owner_of_code(row, code, now)
        if authenticator is not None:
            row.wrong_codes, row.codes_barred_until = 0, None
        elif not is_barred:
            row.wrong_codes += 1
            if row.wrong_codes % CODES_IN_A_ROW == 0:
                doublings = min(row.wrong_codes // CODES_IN_A_ROW - 1, 10)
                row.codes_barred_until = now + min(FIRST_BAR * 2**doublings, LONGEST_BAR)
            if row.wrong_codes == CODES_IN_A_ROW:
                tell(member=row, letter="wrong_codes", context={"count": row.wrong_codes})
        row.save(update_fields=["wrong_codes", "codes_barred_until"])
    if authenticator is not None:
        return authenticator
    if row.codes_barred_until is not None and row.codes_barred_until > now:
        time = date_format(timezone.localtime(row.codes_barred_until), "SHORT_DATETIME_FORMAT")
        raise CodeError(_("Too many wrong codes. The next one can be given on %(time)s.") % {"time": time})
    raise CodeError(_("This code is not right, or it was used before. Wait for the next one of your app."))


@transaction.atomic
def reset_factors(*, member: StaffMember, by: StaffMember | None = None) -> None:
    """Take app, passkeys and recovery codes from `member`, who lost them, and end all sessions.

    A password stays as it is. `by` is who did it, None on the console.
    """
    Authenticator.objects.filter(user=member).delete()
    StaffMember.objects.filter(pk=member.pk).update(wrong_codes=0, codes_barred_until=None)
    end_sessions(member=member)
    log(instance=member, action="newsroom.reset_factors", user=by)
    tell(member=member, letter="factors_reset", context={"by": by})


def _owner_of_code(member: StaffMember, code: str, now: datetime.datetime) -> Authenticator | None:
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
    for authenticator in Authenticator.objects.filter(user=member, type__in=kinds).order_by("-type"):
        if authenticator.type == Authenticator.Type.TOTP:
            if _take_app_code(authenticator, code, now):
                return authenticator
        elif authenticator.wrap().validate_code(code):
            return authenticator
    return None


def _take_app_code(authenticator: Authenticator, code: str, now: datetime.datetime) -> bool:
    """Return whether this is a code of the app that was not used yet, and note that it is now."""
    try:
        step = totp.matching_step(
            get_adapter().decrypt(authenticator.data["secret"]),
            code,
            seconds=now.timestamp(),
            after=authenticator.data.get("last_step", -1),
        )
    except binascii.Error:
        return False
    if step is None:
        return False
    authenticator.data["last_step"] = step
    authenticator.save(update_fields=["data"])
    return True
