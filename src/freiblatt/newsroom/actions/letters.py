"""Letters to staff members: what happened to their account, and their links."""

import datetime
from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from freiblatt.config import INTERFACE_LANGUAGES
from freiblatt.letters.actions import post_letter
from freiblatt.newsroom.models import StaffMember


def language_of(member: StaffMember) -> str:
    """Return the language in which the desk speaks to `member`."""
    profile = UserProfile.objects.filter(user=member).only("preferred_language").first()
    wanted = profile.preferred_language.partition("-")[0] if profile else ""
    return wanted if wanted in INTERFACE_LANGUAGES else settings.LANGUAGE_CODE


def tell(
    *,
    member: StaffMember,
    letter: str,
    context: Mapping[str, object],
    to: str = "",
    happened_at: datetime.datetime | None = None,
) -> None:
    """Write the letter `newsroom/letters/<letter>` to `member` (or to the address `to`), in the member's language."""
    post_letter(
        to=to or member.email,
        to_name=member.get_full_name(),
        template=f"newsroom/letters/{letter}",
        context={
            "member": member,
            "security_url": settings.WAGTAILADMIN_BASE_URL + reverse("mfa_index"),
            "happened_at": happened_at or timezone.now(),
            **context,
        },
        language=language_of(member),
        kind=f"newsroom_{letter}",
        is_urgent=True,
    )
