"""What the desk's own pages ask about whoever looks at them."""

from typing import Any

from django import template
from wagtail.admin.auth import user_has_any_page_permission

register = template.Library()


@register.filter
def works_with_pages(user: Any) -> bool:
    """Return whether `user` may do something with at least one page."""
    return user_has_any_page_permission(user)
