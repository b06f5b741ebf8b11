"""What templates show of a discussion."""

from django import template
from django.utils.safestring import SafeString

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.live import live_news as rendered

register = template.Library()


@register.simple_tag
def live_news(article: ArticlePage) -> SafeString:
    """Return where readers of a slice of the thread under `article` are told of new comments. No query."""
    return rendered(article, is_slice=True)
