"""Addresses of authors, topics and the archive; inside the language prefix."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from freiblatt.articles import views

urlpatterns = [
    path(_("authors/<slug:slug>/"), views.author, name="author"),
    path(_("topics/<slug:slug>/"), views.topic, name="topic"),
]
