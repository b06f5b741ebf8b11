"""Verbs of the room: everything that changes what is published."""

from freiblatt.articles.actions.cleaning import remove_left_over_files
from freiblatt.articles.actions.files import mark_file_stale
from freiblatt.articles.actions.founding import found_publication
from freiblatt.articles.actions.listing import forget_article, list_article, relist_all
from freiblatt.articles.actions.pictures import add_picture, begin_picture_files, make_picture_files, mark_picture_stale
from freiblatt.articles.actions.publishing import (
    free_slug,
    publish_article,
    publish_due,
    unpublish_article,
    write_article,
)

__all__ = [
    "add_picture",
    "begin_picture_files",
    "forget_article",
    "found_publication",
    "free_slug",
    "list_article",
    "make_picture_files",
    "mark_file_stale",
    "mark_picture_stale",
    "publish_article",
    "publish_due",
    "relist_all",
    "remove_left_over_files",
    "unpublish_article",
    "write_article",
]
