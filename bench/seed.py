"""Fills a publication with many articles and comments, by the fastest way the database offers.

Rows are written as the actions would write them, except for search index, reference index and revisions, which no
reader's page asks for.
"""

import json
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from wagtail.models import Page

from freiblatt.articles.models import ArticlePage, Author, Byline, FrontPage, Listing, SectionPage, Topic
from freiblatt.articles.models.listing import author_list, latest_list, month_list, section_list, topic_list
from freiblatt.discussion.models import Comment, CommentState, Slot, Thread

#: Syllables of an invented language: words of natural length that compress like a language.
SYLLABLES = [
    "ab",
    "an",
    "be",
    "da",
    "der",
    "die",
    "ein",
    "el",
    "er",
    "ge",
    "ha",
    "in",
    "ist",
    "ko",
    "la",
    "lich",
    "man",
    "mer",
    "mit",
    "nen",
    "nis",
    "ra",
    "rei",
    "ren",
    "sa",
    "sch",
    "se",
    "ta",
    "te",
    "tor",
]
CHUNK = 2000
SECTIONS = 8
AUTHORS = 40
TOPICS = 60
FIRST_DAY = datetime(2012, 1, 1, 6, 0, tzinfo=UTC)
COMMENTS_PER_ARTICLE = 10
#: The treebeard alphabet and step of Wagtail's page tree.
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def words(chance: random.Random, count: int) -> str:
    """Return `count` invented words as a sentence."""
    found = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(count)]
    return " ".join(found).capitalize() + "."


def paragraphs(chance: random.Random, count: int, length: int = 90) -> str:
    """Return rich text of `count` paragraphs of `length` words."""
    return "".join(f"<p>{words(chance, length)}</p>" for _ in range(count))


def step(number: int) -> str:
    """Return the fourth-order step of a tree path for the child `number`, counted from 1."""
    digits = ""
    while number:
        number, rest = divmod(number, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    return digits.rjust(4, "0")


def chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Give `rows` in lists of at most CHUNK."""
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        yield chunk


def insert_children(instances: Iterable[models.Model]) -> None:
    """Insert the rows of a child table of multi-table inheritance, which Django's bulk insert refuses."""
    for chunk in chunks(instances):
        fields = chunk[0]._meta.local_concrete_fields
        columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
        places = ", ".join(["%s"] * len(fields))
        table = connection.ops.quote_name(chunk[0]._meta.db_table)
        rows = [
            [field.get_db_prep_save(field.pre_save(one, add=True), connection) for field in fields] for one in chunk
        ]
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)


def fill(*, articles: int, comments: int, seed: int = 7) -> None:
    """Add `articles` articles in eight sections and `comments` comments spread over them."""
    chance = random.Random(seed)
    front = FrontPage.objects.get(locale__language_code="de")
    sections = []
    for number in range(SECTIONS):
        section = SectionPage(title=f"Ressort {number + 1}", slug=f"ressort-{number + 1}", locale=front.locale)
        front.add_child(instance=section)
        sections.append(section)
    authors = [Author.objects.create(name=f"Autor {n + 1}", slug=f"autor-{n + 1}") for n in range(AUTHORS)]
    topics = [
        Topic.objects.create(name=f"Thema {n + 1}", slug=f"thema-{n + 1}", locale=front.locale) for n in range(TOPICS)
    ]
    per_section = -(-articles // SECTIONS)
    for place, section in enumerate(sections):
        count = min(per_section, articles - place * per_section)
        if count > 0:
            with transaction.atomic():
                fill_section(chance, section, count, place, authors, topics)
    fill_discussions(chance, comments)


def fill_section(
    chance: random.Random,
    section: SectionPage,
    count: int,
    place: int,
    authors: list[Author],
    topics: list[Topic],
) -> None:
    """Add `count` articles below `section`, one every half hour."""
    content_type = ContentType.objects.get_for_model(ArticlePage)
    first_pk = (Page.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    body = json.dumps([{"type": "text", "value": paragraphs(chance, 3), "id": str(UUID(int=chance.getrandbits(128)))}])
    made = []
    for number in range(count):
        moment = FIRST_DAY + timedelta(minutes=30 * (number * SECTIONS + place))
        article = ArticlePage(
            pk=first_pk + number,
            page_ptr_id=first_pk + number,
            title=words(chance, 6),
            slug=f"artikel-{number + 1}",
            path=f"{section.path}{step(number + 1)}",
            depth=section.depth + 1,
            url_path=f"{section.url_path}artikel-{number + 1}/",
            content_type=content_type,
            locale=section.locale,
            translation_key=UUID(int=chance.getrandbits(128)),
            live=True,
            first_published_at=moment,
            last_published_at=moment,
            published_on=moment,
            section=section,
            standfirst=words(chance, 18),
            reading_minutes=2,
        )
        article.draft_title = article.title
        article.body = article._meta.get_field("body").to_python(body)
        made.append(article)
    for chunk in chunks(made):
        parents = [
            Page(**{field.attname: getattr(one, field.attname) for field in Page._meta.concrete_fields})
            for one in chunk
        ]
        Page.objects.bulk_create(parents)
    insert_children(made)
    Page.objects.filter(pk=section.pk).update(numchild=count)
    rows, bylines, tagged = [], [], []
    through = ArticlePage.topics.through
    for article in made:
        author, topic = chance.choice(authors), chance.choice(topics)
        bylines.append(Byline(article_id=article.pk, author=author, sort_order=0))
        tagged.append(through(articlepage_id=article.pk, topic_id=topic.pk))
        names = [
            latest_list("de"),
            section_list(section.pk),
            month_list(article.published_on, "de"),
            author_list(author.pk, "de"),
            topic_list(topic.pk),
        ]
        rows += [Listing(name=name, listed_on=article.published_on, article_id=article.pk) for name in names]
    Byline.objects.bulk_create(bylines, batch_size=CHUNK)
    through.objects.bulk_create(tagged, batch_size=CHUNK)
    Listing.objects.bulk_create(rows, batch_size=CHUNK)


def fill_discussions(chance: random.Random, comments: int) -> None:
    """Add a thread under each article, with ten comments until `comments` are spent; every third one answers."""
    texts = [f"<p>{words(chance, 40)}</p>" for _ in range(200)]
    pk = (Comment.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    for chunk in chunks(ArticlePage.objects.order_by("pk").values_list("pk", "published_on")):
        with transaction.atomic():
            counts = []
            for _article in chunk:
                counts.append(min(COMMENTS_PER_ARTICLE, comments))
                comments -= counts[-1]
            threads = Thread.objects.bulk_create(
                Thread(article_id=article, n_public=count)
                for (article, _moment), count in zip(chunk, counts, strict=True)
            )
            made: list[Comment] = []
            for thread, (_article, moment), count in zip(threads, chunk, counts, strict=True):
                made += thread_of(chance, thread, moment, count, pk, texts)
                pk += count
            Comment.objects.bulk_create(made, batch_size=CHUNK)


def thread_of(
    chance: random.Random, thread: Thread, moment: datetime, count: int, first_pk: int, texts: list[str]
) -> list[Comment]:
    """Return `count` comments of one thread; every third one answers the root before it."""
    made: list[Comment] = []
    root: Comment | None = None
    for number in range(count):
        is_answer = root is not None and number % 3 == 2
        comment = Comment(
            pk=first_pk + number,
            thread=thread,
            parent=root if is_answer else None,
            root=root if is_answer else None,
            depth=1 if is_answer else 0,
            state=CommentState.PUBLIC,
            slot=Slot.ANSWER if is_answer else Slot.ROOT,
            html=chance.choice(texts),
            guest_name=f"Leser {number + 1}",
            created_on=moment + timedelta(minutes=number + 1),
            rank=first_pk + number,
        )
        if is_answer and root is not None:
            root.n_replies += 1
        else:
            root = comment
        made.append(comment)
    return made
