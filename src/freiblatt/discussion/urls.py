"""Addresses of the discussion, below each article's own; inside the language prefix, tried before the tree of pages.

Slices and comments are paths, not queries, so that a store, a mirror or any web server can keep them as files.
"""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from freiblatt.discussion import views

urlpatterns = [
    path(_("<slug:section>/<slug:article>/discussion/"), views.thread, name="thread"),
    path(_("<slug:section>/<slug:article>/discussion/after/<int:key>/"), views.thread_after, name="thread_after"),
    path(_("<slug:section>/<slug:article>/discussion/newest/"), views.thread_newest, name="thread_newest"),
    path(_("<slug:section>/<slug:article>/discussion/before/<int:key>/"), views.thread_before, name="thread_before"),
    path(_("<slug:section>/<slug:article>/discussion/<int:pk>/"), views.comment, name="comment"),
    path(
        _("<slug:section>/<slug:article>/discussion/<int:pk>/after/<int:key>/"),
        views.comment_answers,
        name="comment_answers",
    ),
]
