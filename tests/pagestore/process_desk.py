"""A newsroom that never rests, as a process: `python -m tests.pagestore.process_desk fill`, then `… change SEED`.

It changes a small real publication by the product's own actions until it is killed.
"""

import os
import random
import sys
import time
from collections.abc import Callable


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


def change(seed: int) -> None:
    """Change something, again and again; print a line when the first change is done."""
    chance = random.Random(seed)
    done = 0
    while True:
        chance.choices(CHANGES, WEIGHTS)[0](chance, f"{seed}-{done}")
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


CHANGES: list[Callable[[random.Random, str], None]] = [headline, comment, menu_label, section_title, front_slots]
#: Mostly what leaves most pages as they are.
WEIGHTS = (6, 20, 1, 1, 2)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "freiblatt.settings"
    import django

    django.setup()
    if sys.argv[1] == "fill":
        fill()
    else:
        change(int(sys.argv[2]))
