"""A change of a document or a recording reaches every page that shows it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.db.models.signals import post_save

from freiblatt.articles.models import ArticleDocument, FrontPage, PlainPage, Recording
from tests.articles.test_staleness import marked
from tests.factories import make_article, make_section
from tests.pictures import upload


@pytest.fixture
def commit(django_capture_on_commit_callbacks: Any) -> Callable:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_recording_marks_what_plays_it(front: FrontPage, commit: Callable) -> None:
    section = make_section()
    recording = Recording(title="Gespräch", type="audio", credit="Rosa Winter", duration=60)
    recording.file.save("gespraech.mp3", ContentFile(b"ID3"))
    with commit():
        shown = make_article(section=section, title="Am Kai", body=[("recording", {"recording": recording})])
        make_article(section=section, title="Ohne Ton")
    marked()
    recording.transcript = "Guten Tag."
    recording.save()
    assert marked() == {f"article:{shown.pk}"}
    recording.file = upload(b"ID3neu", "neu.mp3")
    recording.save()
    assert marked() == {f"article:{shown.pk}"}
    Recording.objects.all().delete()
    assert marked() == {f"article:{shown.pk}"}


def test_document_marks_what_shows_it_and_what_links_to_it(front: FrontPage, commit: Callable) -> None:
    section = make_section()
    document = ArticleDocument.objects.create(title="Der Vertrag", file=upload(b"a;b", "vertrag.csv"))
    link = f'<p>Der <a linktype="document" id="{document.pk}">Vertrag</a></p>'
    plain = PlainPage(title="Impressum", slug="impressum", locale=front.locale, text=link)
    with commit():
        shown = make_article(section=section, title="Am Kai", body=[("document", {"document": document})])
        linked = make_article(section=section, title="Am Tor", body=[("text", link)])
        make_article(section=section, title="Nur ein Entwurf", body=[("text", link)], is_published=False)
        front.add_child(instance=plain)
    showing = {f"article:{shown.pk}", f"article:{linked.pk}", f"plain:{plain.pk}"}
    marked()
    document.title = "Der ganze Vertrag"
    document.save()
    assert marked() == showing
    ArticleDocument.objects.get().delete()
    assert marked() == showing


@pytest.mark.django_db
def test_change_and_mark_share_a_transaction() -> None:
    depths = []

    def note(**kwargs: Any) -> None:
        depths.append(len(connection.savepoint_ids))

    recording = Recording.objects.create(
        title="Ton", type="audio", credit="Rosa Winter", duration=1, file=upload(b"ID3", "a.mp3")
    )
    document = ArticleDocument.objects.create(title="Der Vertrag", file=upload(b"a;b", "a.csv"))
    outside = len(connection.savepoint_ids)
    for thing in (recording, document):
        post_save.connect(note, sender=type(thing))
        thing.save()
        post_save.disconnect(note, sender=type(thing))
    assert depths == [outside + 1] * 2
