"""Dates and times as the desk enters them: on the publication's own clock, whatever that of browser or profile is."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy


class PublicationTimeField(forms.DateTimeField):
    """A moment on the publication's clock. `known` is the stored one: entered again it keeps its seconds."""

    known: datetime | None = None

    def prepare_value(self, value: Any) -> Any:
        """Return an aware moment as the clock shows it."""
        if isinstance(value, datetime) and timezone.is_aware(value):
            return timezone.make_naive(value, timezone.get_default_timezone())
        return super().prepare_value(value)

    def to_python(self, value: Any) -> datetime | None:
        """Return the aware moment; a time that the clock skips or shows twice is refused with a sentence."""
        with timezone.override(timezone.get_default_timezone()):
            if isinstance(value, str) and self.known is not None and self._entered(value) == self._shown(self.known):
                return self.known
            naive = self._entered(value) if isinstance(value, str) else None
            if naive is not None:
                _refuse_unclear(naive)
            return super().to_python(value)

    def _shown(self, moment: datetime) -> datetime:
        return self.prepare_value(moment).replace(second=0, microsecond=0)

    def _entered(self, value: str) -> datetime | None:
        for pattern in self.input_formats:
            try:
                return self.strptime(value.strip(), pattern).replace(second=0, microsecond=0)
            except (ValueError, TypeError):
                continue
        return None


def _refuse_unclear(naive: datetime) -> None:
    """Raise ValidationError where the publication's clock never shows `naive`, or shows it twice."""
    zone = timezone.get_default_timezone()
    early, late = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return
    words = {"day": date_format(naive.date(), "DATE_FORMAT"), "time": time_format(naive.time(), "TIME_FORMAT")}
    if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != naive:
        raise ValidationError(
            _("On %(day)s the clock is put forward, and there is no %(time)s. Take an hour earlier or later.") % words
        )
    raise ValidationError(
        _("On %(day)s the clock is put back, and %(time)s comes twice. Take a time before or after that hour.") % words
    )


#: What clocks are called; in other languages they have other letters.
CLOCKS = {
    "CET": pgettext_lazy("time zone", "CET"),
    "CEST": pgettext_lazy("time zone", "CEST"),
    "EET": pgettext_lazy("time zone", "EET"),
    "EEST": pgettext_lazy("time zone", "EEST"),
    "WET": pgettext_lazy("time zone", "WET"),
    "WEST": pgettext_lazy("time zone", "WEST"),
}


def clock_of(moment: datetime) -> str:
    """Return what the clock is called that shows `moment` (aware) in the active time zone, as newspapers write it."""
    name = timezone.localtime(moment).tzname() or ""
    return str(CLOCKS.get(name, f"UTC{name}" if name[:1] in "+-" else name))


def zone_note() -> str:
    """Return the sentence beside a field of time: whose clock it is, and what that is called today."""
    zone = timezone.get_default_timezone()
    with timezone.override(zone):
        clock = clock_of(timezone.now())
    place = str(zone).rpartition("/")[2].replace("_", " ")
    return _("Time of the publication: %(place)s (today %(clock)s).") % {"place": place, "clock": clock}
