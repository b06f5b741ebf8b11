"""Letters to those who follow a discussion: collected for ten minutes, each piece of news told once."""

import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django_tasks import task

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.following import COMMENT_ANSWERS, THREAD_NEWS, about_article
from freiblatt.discussion.models import Comment, CommentState, News, Thread
from freiblatt.discussion.reading.addresses import Addresses
from freiblatt.discussion.reading.letters import ToldComment, told
from freiblatt.jobs.actions import enqueue_once
from freiblatt.jobs.policies import policy
from freiblatt.letters import actions as letters
from freiblatt.letters.models import Letter, Subscription
from freiblatt.lib.addresses import absolute
from freiblatt.readers.actions import page_url
from freiblatt.readers.models import Reader

#: What becomes public in this time comes in one letter.
COLLECT_SECONDS = 600
#: Letters about one discussion to one address in a day; what comes then waits for the next morning.
LETTERS_A_DAY = 4
MORNING = datetime.time(7, 0)
#: Comments in one letter; of more the number is told.
IN_ONE_LETTER = 20
#: Older news was told long ago, or nobody could be reached.
NEWS_DAYS = 14
KIND = "discussion_news"


def note_news(comment: Comment) -> None:
    """Put down that a comment is public, if somebody follows; once, however often it comes and goes.

    Call it in the transaction that makes it public, with the thread locked.
    """
    if comment.state != CommentState.PUBLIC:
        return
    followed = _subject(comment.thread.article_id, [comment.parent_id] if comment.parent_id else [])
    if not Subscription.objects.running().filter(followed).exists():
        return
    _news, is_new = News.objects.get_or_create(comment=comment, defaults={"thread_id": comment.thread_id})
    if is_new:
        _tell(comment.thread_id, timezone.now() + datetime.timedelta(seconds=COLLECT_SECONDS))


@policy(moot_on=(Thread.DoesNotExist,))
@task(queue_name="default")
def tell_followers(thread_pk: int) -> int:
    """Write to everybody who follows a thread and has not been told of its news; return how many letters that makes.

    Each follower is a transaction of its own: stopped in the middle, the job goes on where it was.
    """
    thread = Thread.objects.select_related("article__locale").get(pk=thread_pk)
    since = timezone.now() - datetime.timedelta(days=NEWS_DAYS)
    news = list(
        News.objects.filter(thread=thread, public_on__gte=since)
        .order_by("pk")
        .values_list("pk", "comment_id", "comment__parent_id")
    )
    if not news or not ArticlePage.objects.live().public().filter(pk=thread.article_id).exists():
        return 0
    followed = _subject(thread.article_id, {parent for _pk, _comment, parent in news if parent})
    behind = Subscription.objects.running().filter(followed, told_up_to__lt=news[-1][0])
    count, is_put_off = 0, False
    for key in sorted(set(behind.values_list("address_key", flat=True))):
        letter, has_to_wait = _write_to(key, thread, news)
        count += letter
        is_put_off |= has_to_wait
    # What was taken back before anybody was told is news again when it comes back.
    untold = News.objects.filter(thread=thread, pk__lte=news[-1][0], told_on__isnull=True)
    untold.exclude(comment__state=CommentState.PUBLIC).delete()
    if is_put_off:
        _tell(thread.pk, _next_morning())
    return count


@transaction.atomic
def _write_to(key: str, thread: Thread, news: list[tuple[int, int, int | None]]) -> tuple[bool, bool]:
    """Write one letter about all that an address has not been told; return whether it did, and whether that waits."""
    # Locked, so that whoever withdraws the article finds the letter, or this finds that it was withdrawn.
    article = ArticlePage.objects.select_for_update().live().filter(pk=thread.article_id)
    if not list(article.values_list("pk", flat=True)):
        return False, False
    reader = Reader.objects.confirmed().filter(address_key=key).first()
    followed = _subject(thread.article_id, {parent for _pk, _comment, parent in news if parent})
    mine = list(
        Subscription.objects.select_for_update().running().filter(followed, address_key=key).order_by("-kind", "pk")
    )
    found = {comment_pk for one in mine for comment_pk in _untold(one, news)}
    comments = Comment.objects.filter(pk__in=found, state=CommentState.PUBLIC).exclude(reader=reader)
    wanted = list(comments.select_related("author", "parent__author").order_by("pk")) if reader is not None else []
    if wanted and reader is not None:
        if _letters_today(key, thread) >= LETTERS_A_DAY:
            return False, True
        _post(reader, thread, wanted, [one for one in mine if set(_untold(one, news)) & {w.pk for w in wanted}], news)
        News.objects.filter(comment__in=wanted, told_on__isnull=True).update(told_on=timezone.now())
    for one in mine:
        letters.note_told(subscription=one, told_up_to=news[-1][0])
    return bool(wanted), False


def _post(
    reader: Reader,
    thread: Thread,
    comments: list[Comment],
    asked_by: list[Subscription],
    news: list[tuple[int, int, int | None]],
) -> None:
    with translation.override(thread.article.locale.language_code):
        addresses = Addresses(thread.article)
        shown: list[ToldComment] = [told(one, addresses) for one in comments[:IN_ONE_LETTER]]
        thread_url = absolute(addresses.newest())
    letters.post_letter(
        to=reader.address,
        template="discussion/letters/news",
        context={
            "headline": thread.article.title,
            "comments": shown,
            "count": len(comments),
            "more": len(comments) - len(shown),
            "is_about_thread": any(one.kind == THREAD_NEWS for one in asked_by),
            "thread_url": thread_url,
            "page_url": page_url(reader=reader),
        },
        language=reader.page_language,
        kind=KIND,
        dedupe_key=f"{KIND}:{thread.pk}:{asked_by[0].pk}:{news[-1][0]}",
        unsubscribe_url=letters.unsubscribe_url(subscription=asked_by[0]),
        is_repeatable=False,
        about=about_article(thread.article_id),
    )


def _subject(article_id: int, parents: "set[int] | list[int]") -> Q:
    """Return which subscriptions are about news of this article, in answer to these comments."""
    thread = Q(kind=THREAD_NEWS, key=str(article_id))
    return thread | Q(kind=COMMENT_ANSWERS, key__in=[str(pk) for pk in parents]) if parents else thread


def _untold(subscription: Subscription, news: list[tuple[int, int, int | None]]) -> list[int]:
    """Return the comments that a subscription is about and has not brought yet."""
    is_about_thread = subscription.kind == THREAD_NEWS
    return [
        comment_pk
        for pk, comment_pk, parent_pk in news
        if pk > subscription.told_up_to and (is_about_thread or subscription.key == str(parent_pk))
    ]


def _letters_today(key: str, thread: Thread) -> int:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = Letter.objects.filter(address_key=key, kind=KIND, created_at__gte=midnight)
    return today.filter(dedupe_key__startswith=f"{KIND}:{thread.pk}:").count()


def _tell(thread_pk: int, due: datetime.datetime) -> None:
    enqueue_once(
        tell_followers.using(run_after=due), key=f"discussion_news:{thread_pk}", kwargs={"thread_pk": thread_pk}
    )


def _next_morning() -> datetime.datetime:
    now = timezone.localtime()
    morning = datetime.datetime.combine(now.date() + datetime.timedelta(days=1), MORNING)
    return timezone.make_aware(morning)
