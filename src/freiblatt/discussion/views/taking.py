"""What becomes of a form that somebody sent: it is taken, or it comes back with a sentence that says why not."""

import math
from collections.abc import Callable
from typing import Any

from django import forms
from django.db import OperationalError
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from freiblatt.discussion import actions

#: Where in the form it stands what is wrong, unless the door says another place or it is said above all.
FIELDS: dict[type[Exception], str] = {actions.NameTakenError: "name", actions.AddressMissingError: "mail"}
#: How a form is refused whose text alone is not to blame.
STATUSES: dict[type[Exception], int] = {actions.ThreadClosedError: 409, actions.TooManyError: 429}
#: A database that is busy is asked again after so long.
BUSY_SECONDS = 5

#: What a door may answer to a form that cannot be taken: the action's own error, and a database that is busy.
Fault = actions.DiscussionError | OperationalError


def take(
    form: forms.Form, act: Callable[[dict[str, Any]], str], show: Callable[[int], HttpResponse], *, field: str | None
) -> HttpResponse:
    """Lead on to the address that `act` returns for what was typed, or answer with `show`, given a status.

    `field` is where the form says what is wrong, None above all.
    """
    if not form.is_valid():
        return show(422)
    try:
        address = act(form.cleaned_data)
    except (actions.DiscussionError, OperationalError) as error:
        return refused(form, error, show, field=field)
    return HttpResponseRedirect(address, status=303)


def refused(
    form: forms.Form, error: Fault, show: Callable[[int], HttpResponse], *, field: str | None = None
) -> HttpResponse:
    """Give a form back with a sentence that says why it was not taken."""
    if isinstance(error, OperationalError):
        form.add_error(field, busy(has_text="text" in form.fields))
        return later(show(503), BUSY_SECONDS)
    form.add_error(FIELDS.get(type(error), field), str(error))
    response = show(STATUSES.get(type(error), 422))
    return later(response, error.wait_seconds) if isinstance(error, actions.TooManyError) else response


def busy(*, has_text: bool = False) -> str:
    """Return what is said while nothing can be stored."""
    if has_text:
        return _(
            "Too much is going on at this moment. Your text was not stored; it stands below. Please send it again."
        )
    return _("Too much is going on at this moment. Nothing was sent; please send it again.")


def later(response: HttpResponse, wait_seconds: float) -> HttpResponse:
    """Return an answer that says when it is worth while to send the same again."""
    response["Retry-After"] = str(math.ceil(wait_seconds))
    return response
