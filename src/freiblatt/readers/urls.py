"""Addresses of a reader's own affairs, inside the language prefix. A token names a reader; an address never does."""

from django.urls import path, register_converter
from django.utils.translation import gettext_lazy as _

from freiblatt.readers import views


class TokenConverter:
    """What a signed link ends with."""

    regex = "[A-Za-z0-9_.-]{20,600}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TokenConverter, "reader_token")

app_name = "readers"

urlpatterns = [
    path(_("readers/"), views.ask, name="ask"),
    path(_("readers/sent/"), views.sent, name="sent"),
    path(_("readers/confirm/<reader_token:token>/"), views.confirm, name="confirm"),
    path(_("readers/page/<reader_token:token>/"), views.page, name="page"),
    path(_("readers/page/<reader_token:token>/data/"), views.data, name="data"),
    path(_("readers/page/<reader_token:token>/erase/"), views.erase, name="erase"),
    path(_("readers/erased/"), views.erased, name="erased"),
]
