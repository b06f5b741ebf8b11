"""A newsroom that never rests: `python -m tests.pagestore.process_desk fill`, then `… change SEED LEDGER`.

It changes a small real publication by the product's own actions until it is killed. What it was told is done it writes
into the ledger, a file; `… look LEDGER` prints as JSON what of that is not there any more.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO


def fill() -> None:
    """Fill the publication: two sections, six articles with discussions, a menu."""
    from django.db import transaction

    from freiblatt.articles.models import FrontPage
    from freiblatt.discussion.actions import open_thread
    from freiblatt.newsroom.models import Menu, MenuItem, MenuPlace
    from tests.factories import make_article, make_author, make_section, make_topic

    with transaction.atomic():
        front = FrontPage.objects.get(locale__language_code="de")
        author, topic = make_author(), make_topic()
        for title in ("Europa", "Stadt"):
            section = make_section(title=title)
            for number in range(3):
                article = make_article(
                    section=section,
                    title=f"{title} {number}",
                    standfirst="Was geschah.",
                    authors=[author],
                    topics=[topic],
                )
                open_thread(article=article)
        menu = Menu(place=MenuPlace.MAIN, locale=front.locale)
        menu.items = [MenuItem(label="Vorn", page=front, sort_order=0)]
        menu.save()


def change(seed: int, ledger: Path) -> None:
    """Change something, again and again; print a line when the first change is done."""
    with ledger.open("a", encoding="utf-8", buffering=1) as book:
        _change(seed, book)


def _change(seed: int, book: TextIO) -> None:
    from tests.jobs import errands

    chance = random.Random(seed)
    done = 0
    while True:
        verb, mark = chance.choices(CHANGES, WEIGHTS)[0], f"{seed}-{done}"
        verb(chance, mark)
        # Only now: what is not in the ledger may be lost, and may be there.
        book.write(f"{verb.__name__} {mark}\n")
        errands.write.enqueue(path=f"{book.name}.done", word=mark)
        book.write(f"errand {mark}\n")
        done += 1
        if done == 1:
            sys.stdout.write("changed\n")
            sys.stdout.flush()
        # Now and then a pause in which pages are rendered and reach the disk.
        time.sleep(chance.choice((0, 0, 0, 0.05, 1)))


def headline(chance: random.Random, mark: str) -> None:
    from freiblatt.articles.actions import publish_article, write_article
    from freiblatt.articles.models import ArticlePage, SectionPage

    article = chance.choice(ArticlePage.objects.order_by("pk"))
    section = SectionPage.objects.get(pk=article.get_parent().pk)
    bylines = [(byline.author, byline.role) for byline in article.bylines.all()]
    topics = list(article.topics.all())
    written = write_article(section=section, title=f"Titel {mark}", article=article, bylines=bylines, topics=topics)
    publish_article(article=written)


def comment(chance: random.Random, mark: str) -> None:
    from freiblatt.discussion.actions import add_comment
    from freiblatt.discussion.models import Thread

    add_comment(thread=chance.choice(Thread.objects.order_by("pk")), text=f"Kommentar {mark}", guest_name="Leserin")


def menu_label(chance: random.Random, mark: str) -> None:
    from django.db import transaction

    from freiblatt.newsroom.models import Menu

    with transaction.atomic():
        menu = Menu.objects.get()
        items = list(menu.items.all())
        items[0].label = f"Vorn {mark}"
        menu.items = items
        menu.save()


def section_title(chance: random.Random, mark: str) -> None:
    from django.db import transaction

    from freiblatt.articles.models import SectionPage

    with transaction.atomic():
        section = chance.choice(SectionPage.objects.order_by("pk"))
        section.title = f"Ressort {mark}"
        section.save_revision().publish()


def front_slots(chance: random.Random, mark: str) -> None:
    from django.db import transaction

    from freiblatt.articles.models import ArticlePage, FrontPage, FrontSlot, SlotSize

    with transaction.atomic():
        front = FrontPage.objects.get(locale__language_code="de")
        articles = chance.sample(list(ArticlePage.objects.order_by("pk")), 2)
        front.slots = [
            FrontSlot(article=article, size=SlotSize.LEAD if place == 0 else SlotSize.SECOND, headline=f"Oben {mark}",
                      sort_order=place)
            for place, article in enumerate(articles)
        ]  # fmt: skip
        front.save_revision().publish()


def letter(chance: random.Random, mark: str) -> None:
    from freiblatt.letters.actions import post_letter

    post_letter(
        to="leserin@example.org",
        template="letters/doctor/test",
        context={},
        language="de",
        kind="letters_test",
        dedupe_key=f"soak:{mark}",
    )


def knock() -> None:
    """Let letters that wait for a mail server try it now."""
    from freiblatt.letters.actions import knock_now

    knock_now()


def look(ledger: Path) -> dict[str, Any]:
    """Return what was confirmed and is lost, which errands and letters wait, and how the database is."""
    from django.db import connection
    from wagtail.models import Revision

    from freiblatt.discussion.models import Comment
    from freiblatt.jobs.models import Job
    from freiblatt.letters.models import Letter, LetterState
    from tests.jobs.errands import noted

    confirmed: dict[str, set[str]] = {}
    for line in ledger.read_text("utf-8").splitlines():
        verb, _, mark = line.partition(" ")
        confirmed.setdefault(verb, set()).add(mark)
    comments = "\n".join(Comment.objects.values_list("source_text", flat=True)) + "\n"
    titles = set(Revision.objects.values_list("object_str", flat=True))
    errands = Job.objects.filter(task_path="tests.jobs.errands.write")
    waiting = [f"errand ({one.state}, due {one.due_at:%H:%M:%S})" for one in errands]
    letters = Letter.objects.filter(state__in=(LetterState.WAITING, LetterState.SENDING))
    waiting += [f"letter {one.pk} ({one.state}, due {one.due_at:%H:%M:%S}, {one.attempts} tries)" for one in letters]
    posted = set(Letter.objects.exclude(state=LetterState.FAILED).values_list("dedupe_key", flat=True))
    done = set(noted(Path(f"{ledger}.done")))
    lost = [f"comment {mark}" for mark in confirmed.get("comment", ()) if f"Kommentar {mark}" not in comments]
    lost += [f"headline {mark}" for mark in confirmed.get("headline", ()) if f"Titel {mark}" not in titles]
    lost += [f"letter {mark}" for mark in confirmed.get("letter", ()) if f"soak:{mark}" not in posted]
    if not errands.exists():
        lost += [f"errand {mark}" for mark in confirmed.get("errand", ()) if mark not in done]
    integrity = "ok"
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            integrity = "; ".join(row[0] for row in cursor.execute("PRAGMA integrity_check").fetchall())
    return {
        "confirmed": sum(map(len, confirmed.values())), "lost": lost, "waiting": waiting,
        "sent": Letter.objects.filter(state=LetterState.SENT).count(), "integrity": integrity,
    }  # fmt: skip


CHANGES: list[Callable[[random.Random, str], None]] = [
    headline,
    comment,
    menu_label,
    section_title,
    front_slots,
    letter,
]
#: Mostly what leaves most pages as they are.
WEIGHTS = (6, 20, 1, 1, 2, 3)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "freiblatt.settings"
    import django

    django.setup()
    if sys.argv[1] == "fill":
        fill()
    elif sys.argv[1] == "knock":
        knock()
    elif sys.argv[1] == "look":
        sys.stdout.write(json.dumps(look(Path(sys.argv[2]))))
    else:
        change(int(sys.argv[2]), Path(sys.argv[3]))
