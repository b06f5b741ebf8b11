"""What the room hears: articles appear, and the desk changes what holds for all threads."""

from datetime import timedelta
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from freiblatt.articles.models import ArticlePage
from freiblatt.articles.signals import article_published
from freiblatt.discussion.actions.threads import open_thread
from freiblatt.discussion.models import DiscussionSettings
from freiblatt.discussion.parts import SETTINGS_KEY
from freiblatt.pagestore.actions import mark_stale


@receiver(article_published)
def open_thread_below(article: ArticlePage, is_new: bool, **kwargs: Any) -> None:
    """Give a new article its discussion, if the desk wants one below every article."""
    settings = DiscussionSettings.load()
    if not is_new or not settings.is_open_below_new_articles:
        return
    begin = max(filter(None, (article.published_on, timezone.now())))
    closes_on = begin + timedelta(days=settings.close_after_days) if settings.close_after_days else None
    open_thread(article=article, closes_on=closes_on)


@receiver(post_save, sender=DiscussionSettings)
def show_settings(**kwargs: Any) -> None:
    """Show what was decided for all threads below every article."""
    mark_stale([SETTINGS_KEY])
