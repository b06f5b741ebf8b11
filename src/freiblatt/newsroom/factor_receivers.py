"""What the room hears from `allauth` about second factors and sessions."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_used
from allauth.usersessions.models import UserSession
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest
from wagtail.log_actions import log

from freiblatt.newsroom.actions import tell
from freiblatt.newsroom.devices import device_name
from freiblatt.newsroom.models import StaffMember


@receiver(authenticator_used)
def tell_of_recovery_code(request: HttpRequest, user: StaffMember, authenticator: Authenticator, **kwargs: Any) -> None:
    """Tell the member that one of the codes for emergencies was used."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        return
    left = len(Authenticator.objects.get(pk=authenticator.pk).wrap().get_unused_codes())
    log(instance=user, action="newsroom.use_recovery_code", user=user)
    tell(member=user, letter="recovery_code_used", context={"left": left})


@receiver(pre_save, sender=UserSession)
def keep_little_of_a_session(instance: UserSession, **kwargs: Any) -> None:
    """Store browser and system instead of all that a browser says of itself; the address comes cut already."""
    if "/" in instance.user_agent:
        instance.user_agent = device_name(instance.user_agent)
