"""Addresses of feeds; inside the language prefix."""

from django.urls import re_path
from django.utils.translation import gettext_lazy as _

from freiblatt.feeds import views

urlpatterns = [
    re_path(r"^feed\.(?P<format>atom|json)$", views.publication_feed, name="publication_feed"),
    re_path(_(r"^authors/(?P<slug>[-\w]+)/feed\.(?P<format>atom|json)$"), views.author_feed, name="author_feed"),
    re_path(_(r"^topics/(?P<slug>[-\w]+)/feed\.(?P<format>atom|json)$"), views.topic_feed, name="topic_feed"),
    re_path(r"^(?P<section>[-\w]+)/feed\.(?P<format>atom|json)$", views.section_feed, name="section_feed"),
]
