"""What each role may do with the discussion as a whole. What is done with single comments, the desk asks for itself."""

from freiblatt.newsroom.roles import Role, register

register(Role.EDITOR, "discussion.change_discussionsettings")

for _role in (Role.MODERATOR, Role.EDITOR):
    register(_role, "discussion.change_comment")
    register(_role, "discussion.view_houserule")

# A rule that somebody was judged by is taken out of force, not deleted.
register(Role.EDITOR, "discussion.add_houserule", "discussion.change_houserule")
