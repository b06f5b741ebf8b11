"""What the room hears: articles appear, and the desk changes what holds for all threads."""

from datetime import timedelta
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from freiblatt.articles.models import ArticlePage
from freiblatt.articles.signals import article_published, article_withdrawn
from freiblatt.discussion.actions.anchoring import carry_anchors
from freiblatt.discussion.actions.threads import open_thread
from freiblatt.discussion.following import about_article
from freiblatt.discussion.models import RULES_KEY, DiscussionSettings, HouseRule, HouseRuleText, Objection, Report
from freiblatt.discussion.parts import SETTINGS_KEY
from freiblatt.letters.actions import discard_open_about
from freiblatt.pagestore.actions import mark_stale
from freiblatt.readers.models import Reader
from freiblatt.readers.signals import reader_erased, reader_export_asked


@receiver(article_published)
def open_thread_below(article: ArticlePage, is_new: bool, **kwargs: Any) -> None:
    """Give a new article its discussion, if the desk wants one below every article."""
    settings = DiscussionSettings.load()
    if not is_new or not settings.is_open_below_new_articles:
        return
    begin = max(filter(None, (article.published_on, timezone.now())))
    closes_on = begin + timedelta(days=settings.close_after_days) if settings.close_after_days else None
    open_thread(article=article, closes_on=closes_on)


@receiver(article_published)
def carry_passages(article: ArticlePage, **kwargs: Any) -> None:
    """Bring passages forward with the text, so that no reader sees a mark around other words."""
    carry_anchors(article=article)


@receiver(article_withdrawn)
def stop_letters(article: ArticlePage, **kwargs: Any) -> None:
    """Keep back what is written to readers about an article that the newsroom has taken back."""
    discard_open_about(about=about_article(article.pk))


@receiver(post_save, sender=DiscussionSettings)
def show_settings(**kwargs: Any) -> None:
    """Show what was decided for all threads below every article."""
    mark_stale([SETTINGS_KEY])


@receiver([post_save, post_delete], sender=HouseRule)
@receiver([post_save, post_delete], sender=HouseRuleText)
def show_house_rules(**kwargs: Any) -> None:
    """Show the rules in their new words, in the log too."""
    mark_stale([RULES_KEY])


@receiver(reader_export_asked)
def hand_out_reports(reader: Reader, **kwargs: Any) -> dict[str, object]:
    """Return the reports that carry the reader's address."""
    found = Report.objects.filter(address_key=reader.address_key).select_related("rule").order_by("pk")
    return {
        "discussion_reports": [
            {
                "number": report.pk,
                "comment": report.comment_id,
                "rule": report.rule.code,
                "explanation": report.explanation,
                "name": report.name,
                "address": report.address,
                "language": report.language,
                "state": report.state,
                "reported": report.made_on,
                "decided": report.decided_on,
                "objection": list(Objection.objects.filter(report=report).values("text", "made_on", "state", "answer")),
            }
            for report in found
        ]
    }


@receiver(reader_erased)
def forget_reporter(reader: Reader, **kwargs: Any) -> None:
    """Empty who reported and in which words; that something was reported stays, and is still decided."""
    found = Report.objects.filter(address_key=reader.address_key)
    Objection.objects.filter(report__in=found).update(text="", answer="")
    found.update(explanation="", name="", address="", address_key="")
