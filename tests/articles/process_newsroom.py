"""A newsroom as a process of its own that writes, withdraws and publishes one article whose every part can be told.

`python -m tests.articles.process_newsroom`: reads commands on standard input, one a line in JSON, answers likewise.
"""

import os
import signal
from functools import partial
from typing import Any

from tests.commands import carry_out

#: No word of these stands anywhere else in the publication.
WORDS = {
    "headline": "Quittenhafen",
    "kicker": "Weißdorn",
    "standfirst": "Mirabellenkai",
    "body": "Schlehenmole",
    "caption": "Holunderdock",
    "alt": "Brombeerpier",
    "credit": "Sanddornfoto",
    "drawing": "Kornelkirsche",
    "document": "Ebereschenvertrag",
    "title of the document": "Hagebuttenakte",
    "recording": "Wacholderton",
    "comment": "Vogelbeere",
    "name below the comment": "Elsbeere",
    "description for search engines": "Berberitze",
    "other headline on the front page": "Felsenbirne",
}
SLUG = "quittenhafen-im-winter"
NOTICE = "Die Redaktion hat diesen Artikel zurückgezogen: ein Dokument war gefälscht."
REASON = "Apfelbeere: Die Quelle hat uns getäuscht."


def fill() -> dict[str, Any]:
    """Publish the article with all that belongs to it, a translation, and others round it; return what is where."""
    from django.core.files.base import ContentFile
    from django.db import transaction
    from django_tasks_db.models import DBTaskResult

    from freiblatt.articles.actions import found_publication, make_picture_files, publish_article, write_article
    from freiblatt.articles.models import ArticleDocument, FrontPage, FrontSlot, Picture, Recording, SlotSize
    from freiblatt.config import current
    from freiblatt.discussion.actions import add_comment, open_thread
    from tests.cast import make_owner
    from tests.factories import make_author, make_section, make_topic
    from tests.pictures import make_picture, picture_bytes

    found_publication(name="Testblatt", url=current().url, languages=["de", "en"])
    with transaction.atomic():
        make_owner()
        author, topic = make_author(), make_topic()
        section, in_english = make_section(), make_section(language="en", title="Europe")
        lead = make_picture(content=picture_bytes(width=700, height=500, colour="maroon"), credit=WORDS["credit"])
        drawn = f"<text x='9' y='9'>{WORDS['drawing']}</text>"
        drawing = (
            f"<svg xmlns='http://www.w3.org/2000/svg' width='300' height='200' viewBox='0 0 300 200'>{drawn}</svg>"
        )
        chart = make_picture(content=drawing.encode(), name="karte.svg", description="Karte")
        shared = make_picture(content=picture_bytes(width=640, height=480, colour="teal"), title="Gemeinsam")
        document = ArticleDocument.objects.create(
            title=WORDS["title of the document"],
            file=ContentFile(f"%PDF-1.4 {WORDS['document']}".encode(), name="vertrag.pdf"),
        )
        recording = Recording.objects.create(
            title="Mitschnitt",
            type="audio",
            credit="R. Winter",
            file=ContentFile(b"ID3" + WORDS["recording"].encode() + bytes(900), name="ton.mp3"),
        )
    make_picture_files.func(lead.pk, lead.file.name)
    bylines = [(author, "text")]
    article = publish_article(
        article=write_article(
            section=section,
            title=f"{WORDS['headline']} im Winter",
            slug=SLUG,
            kicker=WORDS["kicker"],
            standfirst=f"{WORDS['standfirst']} am Morgen.",
            search_description=f"{WORDS['description for search engines']} und mehr.",
            lead_picture=lead,
            lead_alt=WORDS["alt"],
            lead_caption=WORDS["caption"],
            bylines=bylines,
            topics=[topic],
            body=[
                ("text", f'<p>{WORDS["body"]} <a linktype="document" id="{document.pk}">Akte</a></p>'),
                ("document", {"document": document}),
                ("picture", {"picture": chart, "alt": "Karte"}),
                ("picture", {"picture": shared, "alt": "Gemeinsam"}),
                ("recording", {"recording": recording}),
            ],
        )
    )
    publish_article(
        article=write_article(
            section=section,
            title="Ein anderer Artikel",
            lead_picture=shared,
            lead_alt="Gemeinsam",
            bylines=bylines,
            topics=[topic],
            body=[("text", f'<p>Wie <a linktype="page" id="{article.pk}">berichtet</a>, ging es weiter.</p>')],
        )
    )
    translated = write_article(
        section=in_english, title="The other language", bylines=bylines, body=[("text", "<p>Word</p>")]
    )
    translated.translation_key = article.translation_key
    translated.save()
    translated.save_revision()
    publish_article(article=translated)
    thread = open_thread(article=article)
    comment = add_comment(thread=thread, text=WORDS["comment"], guest_name=WORDS["name below the comment"])
    front = FrontPage.objects.get(locale__language_code="de")
    front.slots = [FrontSlot(article=article, size=SlotSize.LEAD, headline=WORDS["other headline on the front page"])]
    front.save_revision().publish()
    DBTaskResult.objects.all().delete()  # nothing of the preparation is to be done later
    own = [file.file for picture in (lead, chart) for file in picture.files.all()]
    return {
        "page": article.url,
        "own": [
            article.url,
            f"{article.url}diskussion/",
            f"{article.url}diskussion/{comment.pk}/",
            document.url,
            recording.file.url,
            *(file.url for file in own),
        ],
        "own_names": [recording.file.name, *(file.name for file in own)],
        "shared": [file.file.url for file in Picture.objects.get(pk=shared.pk).files.all()],
    }


def withdraw() -> dict[str, Any]:
    """Withdraw it; when this returns, nothing of it is served any more."""
    from freiblatt.articles.actions import withdraw_article

    withdraw_article(article=_article(), by=_owner(), reason=REASON, keep_notice=True, notice=NOTICE)
    return {}


def withdraw_and_die(before: str) -> dict[str, Any]:
    """Withdraw it and be killed before the "commit", or right after it, before the "effects" that follow."""
    from django.db import transaction

    from freiblatt.articles.signals import article_withdrawn

    die = partial(os.kill, os.getpid(), signal.SIGKILL)
    if before == "commit":
        article_withdrawn.connect(lambda **news: die(), weak=False)
    with transaction.atomic():
        transaction.on_commit(die)
        return withdraw()


def publish() -> dict[str, Any]:
    """Publish it again."""
    from freiblatt.articles.actions import publish_article

    publish_article(article=_article())
    return {}


def _article() -> Any:
    from freiblatt.articles.models import ArticlePage

    return ArticlePage.objects.get(slug=SLUG)


def _owner() -> Any:
    from freiblatt.newsroom.models import StaffMember

    return StaffMember.objects.get()


if __name__ == "__main__":
    carry_out(fill, withdraw, withdraw_and_die, publish)
