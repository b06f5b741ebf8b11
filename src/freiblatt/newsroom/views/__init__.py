"""Pages of the newsroom's door, and of the desk where Wagtail has none or another."""

from freiblatt.newsroom.views.entrance import locked_out

__all__ = ["locked_out"]
