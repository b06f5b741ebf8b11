"""What each role may do with authors and topics. What it may do with pages and files, `newsroom` says for the tree."""

from freiblatt.newsroom.roles import Role, register

register(
    Role.EDITOR,
    *(f"articles.{verb}_{thing}" for verb in ("add", "change", "delete", "view") for thing in ("author", "topic")),
)
