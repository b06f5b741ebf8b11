"""Verbs of the room: everything that changes what is published."""

from freiblatt.articles.actions.checking import (
    approve_in_workflow,
    check_article,
    publish_alone,
    settle_check,
    sync_workflow,
)
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
from freiblatt.articles.actions.sharing import count_opening, revoke_all_shares, revoke_share, share_draft
from freiblatt.articles.actions.withdrawing import withdraw_article
from freiblatt.articles.actions.withholding import finish_withholding, release_files, settle_files

__all__ = [
    "add_picture",
    "approve_in_workflow",
    "begin_picture_files",
    "check_article",
    "count_opening",
    "finish_withholding",
    "forget_article",
    "found_publication",
    "free_slug",
    "list_article",
    "make_picture_files",
    "mark_file_stale",
    "mark_picture_stale",
    "publish_alone",
    "publish_article",
    "publish_due",
    "release_files",
    "relist_all",
    "remove_left_over_files",
    "revoke_all_shares",
    "revoke_share",
    "settle_check",
    "settle_files",
    "share_draft",
    "sync_workflow",
    "unpublish_article",
    "withdraw_article",
    "write_article",
]
