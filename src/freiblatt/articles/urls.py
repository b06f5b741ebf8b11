"""Addresses of authors, topics and the archive; inside the language prefix."""

from django.urls import path, re_path
from django.utils.translation import gettext_lazy as _

from freiblatt.articles import views

urlpatterns = [
    path(_("authors/<slug:slug>/"), views.author, name="author"),
    path(_("topics/<slug:slug>/"), views.topic, name="topic"),
    path(_("archive/"), views.archive, name="archive"),
    re_path(_(r"^archive/(?P<year>(?:19|20|21)\d\d)/(?P<month>\d\d)/$"), views.archive_month, name="archive_month"),
]
