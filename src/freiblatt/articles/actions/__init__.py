"""Verbs of the room: everything that changes what is published."""

from freiblatt.articles.actions.founding import found_publication
from freiblatt.articles.actions.pictures import add_picture, begin_picture_files, make_picture_files, mark_picture_stale

__all__ = [
    "add_picture",
    "begin_picture_files",
    "found_publication",
    "make_picture_files",
    "mark_picture_stale",
]
