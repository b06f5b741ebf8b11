"""Addresses of the discussion, below each article's own; inside the language prefix, tried before the tree of pages.

Slices and comments are paths, not queries, so that a store, a mirror or any web server can keep them as files.
"""

from django.urls import path, register_converter
from django.utils.translation import gettext_lazy as _

from freiblatt.discussion import views


class OwnTokenConverter:
    """What opens a writer's own page (`tokens.own_token`)."""

    regex = "[A-Za-z0-9_-]{32}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(OwnTokenConverter, "own_token")

urlpatterns = [
    path(_("discussion/rules/"), views.house_rules, name="house_rules"),
    path(_("discussion/log/"), views.log, name="moderation_log"),
    path(_("discussion/log/all.csv"), views.log_table, name="moderation_log_table"),
    path(_("discussion/log/<int:year>/<int:month>/"), views.log_month, name="moderation_log_month"),
    path(_("discussion/report/<own_token:token>/"), views.receipt, name="comment_receipt"),
    path(_("discussion/report/<own_token:token>/object/"), views.receipt_object, name="comment_receipt_object"),
    # Not below the article: what a writer may do with a comment does not end where the article moves or goes offline.
    path(_("discussion/own/<own_token:token>/"), views.own, name="comment_own"),
    path(_("discussion/own/<own_token:token>/edit/"), views.own_edit, name="comment_own_edit"),
    path(_("discussion/own/<own_token:token>/withdraw/"), views.own_withdraw, name="comment_own_withdraw"),
    path(_("discussion/own/<own_token:token>/object/"), views.own_object, name="comment_own_object"),
    path(_("discussion/own/<own_token:token>/follow/"), views.own_follow, name="comment_own_follow"),
    path(_("<slug:section>/<slug:article>/discussion/"), views.thread, name="thread"),
    path(_("<slug:section>/<slug:article>/discussion/after/<int:key>/"), views.thread_after, name="thread_after"),
    path(_("<slug:section>/<slug:article>/discussion/newest/"), views.thread_newest, name="thread_newest"),
    path(_("<slug:section>/<slug:article>/discussion/before/<int:key>/"), views.thread_before, name="thread_before"),
    path(_("<slug:section>/<slug:article>/discussion/top/"), views.thread_top, name="thread_top"),
    path(
        _("<slug:section>/<slug:article>/discussion/top/<int:edition>/<int:number>/"),
        views.thread_top_slice,
        name="thread_top_slice",
    ),
    path(_("<slug:section>/<slug:article>/discussion/newsroom/"), views.thread_newsroom, name="thread_newsroom"),
    path(
        _("<slug:section>/<slug:article>/discussion/newsroom/after/<int:key>/"),
        views.thread_newsroom,
        name="thread_newsroom_after",
    ),
    path(_("<slug:section>/<slug:article>/discussion/feed.atom"), views.thread_feed, name="thread_feed"),
    path(_("<slug:section>/<slug:article>/discussion/write/"), views.write, name="comment_write"),
    path(_("<slug:section>/<slug:article>/discussion/on/<int:number>/"), views.paragraph, name="paragraph"),
    path(_("<slug:section>/<slug:article>/discussion/annotations.json"), views.annotations, name="annotations"),
    path(
        _("<slug:section>/<slug:article>/discussion/annotations/after/<int:key>.json"),
        views.annotations,
        name="annotations_after",
    ),
    path(_("<slug:section>/<slug:article>/discussion/vote/"), views.vote, name="comment_vote"),
    path(_("<slug:section>/<slug:article>/discussion/vote/link/"), views.reader_vote, name="reader_vote"),
    path(
        _("<slug:section>/<slug:article>/discussion/vote/<own_token:token>/"), views.reader_votes, name="reader_votes"
    ),
    path(
        _("<slug:section>/<slug:article>/discussion/vote/<own_token:token>/after/<int:key>/"),
        views.reader_votes,
        name="reader_votes_after",
    ),
    path(
        _("<slug:section>/<slug:article>/discussion/own/<own_token:token>/"), views.own_moved, name="comment_own_moved"
    ),
    path(_("<slug:section>/<slug:article>/discussion/<int:pk>/"), views.comment, name="comment"),
    path(_("<slug:section>/<slug:article>/discussion/<int:pk>/report/"), views.report, name="comment_report"),
    path(_("<slug:section>/<slug:article>/discussion/<int:pk>/answer/"), views.answer, name="comment_answer"),
    path(
        _("<slug:section>/<slug:article>/discussion/<int:pk>/after/<int:key>/"),
        views.comment_answers,
        name="comment_answers",
    ),
]
