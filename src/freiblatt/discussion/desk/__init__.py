"""The desk: what waits for a decision of the newsroom, and the decisions, in Wagtail's admin.

`queue` finds what waits, `entries` makes what is shown of it, `deeds` carries a decision out, `views` take it.
"""
