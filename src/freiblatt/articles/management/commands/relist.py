"""`freiblatt relist`: make the lists of articles anew."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from freiblatt.articles.actions import relist_all


class Command(BaseCommand):
    """Put every article into its lists anew."""

    help = "Put every article into its lists anew: after a change of the time zone, or where rows were written by hand."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_("Articles put into their lists: {count}.").format(count=relist_all()))
