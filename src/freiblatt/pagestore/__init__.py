"""The shelf of finished pages.

A *page* is a finished answer; *keys* name what it shows (`article:12`, `section:3`, `front`, `site`); marking a key
*stale* makes every page that shows it count no longer; a *fragment* is a part stored apart (the discussion under an
article) so that a change there costs only that part. The room answers readers before Django is asked. It does not know
what an article is.
"""
