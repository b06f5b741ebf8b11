"""Letters to readers who reported a comment and left an address."""

import uuid
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django_tasks import task

from freiblatt.discussion.models import Report, ReportState
from freiblatt.discussion.tokens import own_key, report_token
from freiblatt.jobs.policies import policy
from freiblatt.letters import actions as letters
from freiblatt.lib import limits
from freiblatt.lib.addresses import absolute

#: Receipts that strangers can have sent to one address in a day; answers to reports come on top.
RECEIPTS_PER_ADDRESS = 5
DAY_SECONDS = 24 * 3600
#: A decision is told after this time, as it is to writers: one that was changed at once is told as it stands.
WAIT_SECONDS = 300

Event = Literal["received", "decided", "changed", "objection_decided", "moot"]


def tell_reporter(report: Report, event: Event) -> None:
    """Write to whoever reported a comment, if there is an address; call it inside the transaction of the change.

    The letter repeats nothing that somebody has typed: whoever typed the address need not own it. What was decided
    stands behind its link.
    """
    if not report.address:
        return
    if event != "received":
        due = timezone.now() + timedelta(seconds=WAIT_SECONDS)
        write_to_reporter.using(run_after=due).enqueue(report.pk, event, uuid.uuid4().hex)
    elif not limits.take(
        "discussion_receipts_to", report.address_key, most=RECEIPTS_PER_ADDRESS, per_seconds=DAY_SECONDS
    ):
        _post(report, event, number="")


@policy(moot_on=(Report.DoesNotExist,))
@task(queue_name="default")
def write_to_reporter(report_pk: int, event: Event, number: str) -> bool:
    """Tell a reporter what was decided, if that still holds and there is an address; return whether."""
    report = Report.objects.select_related("rule").get(pk=report_pk)
    if not report.address or report.state == ReportState.OPEN:
        return False
    _post(report, event, number=number)
    return True


def _post(report: Report, event: Event, *, number: str) -> None:
    """Post the letter; `number` is that of the job, which may run twice."""
    token = report_token(report.nonce or "")
    if own_key(token) != report.receipt_key:
        return  # the publication has got a new secret since, and the link in the letter would open nothing
    language = report.language if report.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        link = absolute(reverse("comment_receipt", args=[token]))
        subject, says = _words(report, event)
    letters.post_letter(
        to=report.address,
        template="discussion/letters/report",
        context={"link": link, "subject": subject, "says": says},
        language=language,
        kind=f"discussion_report_{event}",
        dedupe_key=f"discussion_report_{event}:{report.pk}:{number}",
    )


def _words(report: Report, event: Event) -> tuple[str, list[str]]:
    """Return subject and sentences of a letter, in the active language."""
    number = {"number": report.pk}
    match event:
        case "received":
            due = date_format(localtime(report.due_on), "DATE_FORMAT")
            return _("Your report no. %(number)s has arrived") % number, [
                _("Thank you. Somebody, you we suppose, has reported a comment and given this address."),
                _("The newsroom decides by %(date)s. How it stands you see at any time behind this link:")
                % {"date": due},
            ]
        case "decided":
            return _("Your report no. %(number)s is decided") % number, [
                _("The newsroom has looked at the comment that you reported."),
                _("What it decided and how you can object stands behind this link:"),
            ]
        case "changed":
            return _("Your report no. %(number)s: decided anew") % number, [
                _(
                    "Somebody had objected to the decision on the comment that you reported, and the newsroom decided"
                    " anew."
                ),
                _("How it stands now you see behind this link:"),
            ]
        case "objection_decided":
            return _("Your objection to report no. %(number)s is answered") % number, [
                _("Somebody in the newsroom has looked at your report and your objection again."),
                _("The answer stands behind this link:"),
            ]
        case "moot":
            if report.comment_id is None:
                cause = _("The comment that you reported has gone together with its article.")
            else:
                cause = _("The comment that you reported was withdrawn by its writer.")
            return _("Your report no. %(number)s: the comment is gone") % number, [
                cause,
                _("There is nothing left for the newsroom to decide. Your report stays behind this link:"),
            ]
