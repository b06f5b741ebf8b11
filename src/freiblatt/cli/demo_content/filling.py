"""Put the texts, pictures and discussions of the demo into the database, by the verbs of the rooms."""

import io
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale

from freiblatt.articles.actions import add_picture, publish_article, write_article
from freiblatt.articles.models import (
    ArticleDocument,
    ArticlePage,
    Author,
    AuthorText,
    FrontPage,
    FrontSlot,
    Picture,
    PlainPage,
    Recording,
    SectionPage,
    SlotSize,
    Topic,
)
from freiblatt.cli.demo_content.blocks import body_of
from freiblatt.cli.demo_content.files import contract_pdf, readings_wav, seconds_of
from freiblatt.cli.demo_content.pictures import drawings
from freiblatt.cli.demo_content.reading import Text, read_facts, read_texts, rich_text, tidy
from freiblatt.discussion.actions import (
    Chosen,
    Sender,
    accept_correction,
    add_comment,
    open_thread,
    order_by_votes,
    pick_comment,
    pin_comment,
    remove_comment,
    vote,
)
from freiblatt.discussion.models import Comment, CommentKind, CommentState, DatePrecision, HouseRule, Thread
from freiblatt.newsroom.models import Menu, MenuItem, MenuPlace, PublicationSettings, PublicationText

#: The namespace of translation keys: two things with the same word in their `translation` belong together.
TRANSLATIONS = uuid.UUID("5b3f5a5e-6f0f-4b8a-9a43-5a2b1c7d9e10")

TRANSCRIPT = (
    "Drei Folgen von je sechs Tönen: April, Juni, August. In jeder steigen die Töne bis zum fünften an und fallen beim "
    "sechsten. Je höher der Wert, desto höher der Ton; am höchsten klingt der fünfte Ton im August."
)


@dataclass
class Made:
    """What is there already while the rest is being made, by the names that the texts use."""

    locales: dict[str, Locale] = field(default_factory=dict)
    fronts: dict[str, FrontPage] = field(default_factory=dict)
    sections: dict[tuple[str, str], SectionPage] = field(default_factory=dict)
    topics: dict[tuple[str, str], Topic] = field(default_factory=dict)
    authors: dict[str, Author] = field(default_factory=dict)
    pictures: dict[str, Picture] = field(default_factory=dict)
    documents: dict[str, ArticleDocument] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    plain: dict[str, PlainPage] = field(default_factory=dict)
    articles: dict[str, ArticlePage] = field(default_factory=dict)

    def link(self, address: str) -> str:
        """Return the attributes of a link to `address`, which may be `article:NAME` or `plain:SLUG`."""
        kind, _colon, name = address.partition(":")
        page = {"article": self.articles, "plain": self.plain}.get(kind, {}).get(name)
        if page is None and kind in ("article", "plain"):
            raise KeyError(f"There is no {kind} called {name}.")
        return f'linktype="page" id="{page.pk}"' if page else f'href="{address}"'


@transaction.atomic
def fill_publication() -> None:
    """Make everything, or nothing where the demo's first author is there already."""
    facts = read_facts("publication.toml")
    if Author.objects.filter(slug=facts["author"][0]["slug"]).exists():
        return
    made = Made(
        locales={locale.language_code: locale for locale in Locale.objects.all()},
        fronts={front.locale.language_code: front for front in FrontPage.objects.select_related("locale")},
    )
    _make_pictures(made)
    _make_files(made)
    _make_sections(facts["section"], made)
    _make_topics(facts["topic"], made)
    _make_authors(facts["author"], made)
    _make_plain_pages(made)
    _describe_publication(facts["texts"], made)
    _make_articles(made)
    _make_discussions(made)
    _arrange_fronts(facts["front"], made)
    _make_menus(facts["menu"], made)


def _describe_publication(texts: dict[str, dict[str, Any]], made: Made) -> None:
    settings = PublicationSettings.load()
    settings.texts = [
        PublicationText(
            locale=made.locales[language],
            sort_order=place,
            **{**text, "imprint_page": made.plain[text["imprint_page"]]},
        )
        for place, (language, text) in enumerate(texts.items())
    ]
    settings.save()


def _make_pictures(made: Made) -> None:
    for name, drawing in drawings.items():
        image = drawing.draw()
        file = io.BytesIO()
        image.save(file, "JPEG", quality=92, subsampling=0)
        file.seek(0)
        focus: dict[str, int] = {}
        if drawing.focus:
            focus = {
                "focal_point_x": round(drawing.focus[0] * image.width),
                "focal_point_y": round(drawing.focus[1] * image.height),
                "focal_point_width": image.width // 4,
                "focal_point_height": image.height // 4,
            }
        made.pictures[name] = add_picture(
            file=file,
            name=f"{name}.jpg",
            title=drawing.title,
            credit=drawing.credit,
            licence=drawing.licence,
            **focus,
        )


def _make_files(made: Made) -> None:
    made.documents["kaufvertrag"] = ArticleDocument.objects.create(
        title="Kaufvertrag über den Kai 3 (Auszug)",
        source="Stadt Wiekhaven",
        file=ContentFile(contract_pdf(), "kaufvertrag-kai-3.pdf"),
    )
    made.recordings["messreihe"] = Recording.objects.create(
        title="Die achtzehn Messwerte als Töne",
        type="audio",
        duration=seconds_of(),
        credit="Freiblatt, vom Rechner erzeugt",
        transcript=TRANSCRIPT,
        file=ContentFile(readings_wav(), "messreihe.wav"),
    )


def _make_sections(sections: Iterable[dict[str, str]], made: Made) -> None:
    for fact in sections:
        front = made.fronts[fact["language"]]
        section = SectionPage(
            title=fact["title"],
            slug=fact["slug"],
            introduction=fact["introduction"],
            locale=front.locale,
            translation_key=_translation_key("section", fact.get("translation", fact["slug"])),
        )
        front.add_child(instance=section)
        section.save_revision().publish()
        made.sections[fact["language"], fact["slug"]] = section


def _make_topics(topics: Iterable[dict[str, Any]], made: Made) -> None:
    for fact in topics:
        made.topics[fact["language"], fact["slug"]] = Topic.objects.create(
            name=fact["name"],
            slug=fact["slug"],
            locale=made.locales[fact["language"]],
            translation_key=_translation_key("topic", fact.get("translation", fact["slug"])),
            is_dossier=fact.get("is_dossier", False),
            introduction=fact.get("introduction", ""),
            picture=made.pictures.get(fact.get("picture", "")),
        )


def _make_authors(authors: Iterable[dict[str, Any]], made: Made) -> None:
    for fact in authors:
        author = Author(
            name=fact["name"],
            slug=fact["slug"],
            mail=fact.get("mail", ""),
            portrait=made.pictures.get(fact.get("portrait", "")),
        )
        author.texts = [
            AuthorText(
                locale=locale,
                role=fact[language]["role"],
                biography=tidy(fact[language]["biography"].strip()),
                sort_order=place,
            )
            for place, (language, locale) in enumerate(made.locales.items())
            if language in fact
        ]
        author.save()
        made.authors[author.slug] = author


def _make_plain_pages(made: Made) -> None:
    for text in read_texts("plain"):
        front = made.fronts[text.head["language"]]
        page = PlainPage(
            title=text.head["title"],
            slug=text.head["slug"],
            locale=front.locale,
            translation_key=_translation_key("plain", text.head.get("translation_of", text.head["slug"])),
            text=rich_text("\n\n".join(mark.text for mark in text.marks), made.link),
        )
        front.add_child(instance=page)
        page.save_revision().publish()
        made.plain[page.slug] = page


def _make_articles(made: Made) -> None:
    """Write every article without its body, so that they can link to each other; then the bodies; then publish."""
    texts = read_texts("articles")
    for text in texts:
        made.articles[text.name] = write_article(**_head_of(text, made))
    for text in texts:
        written = write_article(article=made.articles[text.name], body=body_of(text, made), **_head_of(text, made))
        made.articles[text.name] = publish_article(article=written, published_on=_moment(text.head["published"]))


def _head_of(text: Text, made: Made) -> dict[str, Any]:
    head = text.head
    language = head["language"]
    updated = head.get("updated")
    return {
        "section": made.sections[language, head["section"]],
        # A line does not begin with a dash.
        "title": tidy(head["headline"]).replace(" – ", "\N{NO-BREAK SPACE}– "),
        "slug": head["slug"],
        "kicker": head["kicker"],
        "standfirst": tidy(head["standfirst"]),
        "bylines": [(made.authors[slug], role) for slug, role in head["bylines"]],
        "topics": [made.topics[language, slug] for slug in head["topics"]],
        "published_on": _moment(head["published"]),
        "updated_on": _moment(updated) if updated else None,
        "lead_picture": made.pictures[head["lead_picture"]] if "lead_picture" in head else None,
        "lead_caption": tidy(head.get("lead_caption", "")),
        "lead_alt": head.get("lead_alt", ""),
        "translation_key": _translation_key("article", head.get("translation_of", text.name)),
    }


def _make_discussions(made: Made) -> None:
    for name, article in made.articles.items():
        thread = open_thread(article=article)
        comments = read_facts(f"discussions/{name}.toml").get("comment", [])
        stored: dict[int, Comment] = {}
        # The older comment has the smaller number, as if they had come in one by one.
        for fact, parent in sorted(_flat(comments), key=lambda pair: pair[0]["on"]):
            stored[id(fact)] = _make_comment(thread, fact, stored.get(id(parent)), made)
        for fact, _parent in _flat(comments):
            if fact.get("is_removed"):
                rule = HouseRule.objects.get(code=fact.get("rule", "respect"))
                remove_comment(comment=stored[id(fact)], by=None, rule=rule)
            if accepted := fact.get("accepted"):
                accept_correction(comment=stored[id(fact)], by=None, reason=accepted)
            if reason := fact.get("picked"):
                pick_comment(comment=stored[id(fact)], reason=reason)
            if fact.get("is_pinned"):
                pin_comment(thread=thread, comment=stored[id(fact)])
            _vote(stored[id(fact)], up=fact.get("up", 0), down=fact.get("down", 0))
        if any("up" in fact for fact, _parent in _flat(comments)):
            order_by_votes.call(thread.pk)


def _vote(comment: Comment, *, up: int, down: int) -> None:
    """Vote as so many readers, none of whom votes twice; addresses are of the block for examples (RFC 3849)."""
    for number in range(up + down):
        address = f"2001:db8:{comment.pk % 2**16:x}:{number:x}00::1"
        vote(comment=comment, sender=Sender(address, address), value=1 if number < up else -1)


def _flat(
    comments: Iterable[dict[str, Any]], parent: dict[str, Any] | None = None
) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Give every comment with the one it answers."""
    for fact in comments:
        yield fact, parent
        yield from _flat(fact.get("answer", []), fact)


def _make_comment(thread: Thread, fact: dict[str, Any], parent: Comment | None, made: Made) -> Comment:
    is_approximate = fact.get("is_approximate", False)
    held_by = fact.get("held_by", "")
    comment = add_comment(
        thread=thread,
        text=fact["text"].strip(),
        guest_name=fact.get("name", ""),
        state=CommentState.WAITING if held_by else CommentState.PUBLIC,
        author=made.authors.get(fact.get("author", "")),
        parent=parent,
        created_on=_moment(fact["on"]),
        created_precision=DatePrecision.DAY if is_approximate else DatePrecision.MINUTE,
        created_is_approximate=is_approximate,
        kind=CommentKind(fact.get("kind", CommentKind.COMMENT)),
        # Of no block: the words stand only once in the article.
        chosen=Chosen(block="", start=0, words=tidy(fact["passage"])) if "passage" in fact else None,
    )
    if held_by:
        reasons = [{"rule": held_by, "detail": fact.get("held_detail", "")}]
        Comment.objects.filter(pk=comment.pk).update(hold_reasons=reasons)
    return comment


def _arrange_fronts(fronts: dict[str, dict[str, Any]], made: Made) -> None:
    for language, arranged in fronts.items():
        front = FrontPage.objects.get(pk=made.fronts[language].pk)
        names = [(SlotSize.LEAD, arranged["lead"])]
        names += [(SlotSize.SECOND, name) for name in arranged["seconds"]]
        names += [(SlotSize.BRIEF, name) for name in arranged["briefs"]]
        front.slots = [
            FrontSlot(article=made.articles[name], size=size, sort_order=place)
            for place, (size, name) in enumerate(names)
        ]
        front.save_revision().publish()


def _make_menus(menus: dict[str, dict[str, list[str]]], made: Made) -> None:
    for language, places in menus.items():
        for place, names in places.items():
            menu = Menu(place=MenuPlace(place), locale=made.locales[language])
            menu.items = [
                MenuItem(sort_order=order, **_menu_target(language, name, made)) for order, name in enumerate(names)
            ]
            menu.save()


def _menu_target(language: str, name: str, made: Made) -> dict[str, Any]:
    if name.startswith("topic:"):
        topic = made.topics[language, name.removeprefix("topic:")]
        return {"address": topic.get_absolute_url(), "label": topic.name}
    return {"page": made.sections.get((language, name)) or made.plain[name]}


def _translation_key(kind: str, word: str) -> uuid.UUID:
    return uuid.uuid5(TRANSLATIONS, f"{kind} {word}")


def _moment(value: datetime) -> datetime:
    """Return the moment that the publication's clocks show as `value`."""
    return timezone.make_aware(value)
