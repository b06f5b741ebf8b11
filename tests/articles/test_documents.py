"""Documents: what is taken, and who may open it."""

import io
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from freiblatt.articles.models import ArticleDocument, ArticlePage, FrontPage
from freiblatt.articles.uploads import FileRefused
from freiblatt.articles.uploads.documents import TYPES, check_document
from tests.cast import make_owner
from tests.factories import make_article, make_section
from tests.pictures import files_on_disk, picture_bytes, upload

pytestmark = pytest.mark.django_db

PDF = picture_bytes(kind="PDF")


def archive(**files: str) -> bytes:
    """Return a ZIP archive; `__` in a name stands for `/`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def office(part: str, **more: str) -> bytes:
    return archive(**{"[Content_Types].xml": "<Types/>", part: "<x/>", **more})


def make_document(content: bytes = PDF, name: str = "vertrag.pdf", **fields: Any) -> ArticleDocument:
    document = ArticleDocument(title="Der Vertrag", file=upload(content, name), **fields)
    document._set_document_file_metadata()
    document.save()
    return document


def article_showing(document: ArticleDocument, **fields: Any) -> ArticlePage:
    link = f'<p>Der <a linktype="document" id="{document.pk}">Vertrag</a></p>'
    return make_article(section=make_section(), body=[("text", link)], **fields)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PDF, "a.pdf"),
        (b"a;b\n1;2\n", "a.csv"),
        ("Grüße".encode(), "a.txt"),
        (b'{"a": 1}', "a.json"),
        (archive(mimetype=TYPES["odt"]), "a.odt"),
        (archive(mimetype=TYPES["ods"]), "a.ods"),
        (archive(mimetype=TYPES["epub"]), "a.epub"),
        (office("word/document.xml"), "a.docx"),
        (office("xl/workbook.xml"), "a.XLSX"),
        (archive(a="1"), "a.zip"),
    ],
)
def test_a_document_that_is_what_it_says_is_taken(content: bytes, name: str) -> None:
    check_document(io.BytesIO(content), name)


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.pdf", "empty"),
        (b"<html>", "a.pdf", "something else"),
        (b"<!doctype html><script>alert(1)</script><!--\n" + PDF + b"-->", "a.pdf", "something else"),
        (b"GIF89a/*" + PDF, "a.pdf", "something else"),
        (picture_bytes(width=40, height=30), "a.pdf", "something else"),
        (archive(a="1") + PDF, "a.pdf", "something else"),
        (b"%PDF-1.7 only a beginning" + b" " * 3000, "a.pdf", "incomplete"),
        (PDF, "a.pdf.html", "“html” are not taken"),
        (PDF, "a.pdf.exe", "“exe” are not taken"),
        (PDF, "a.pdf.", "“–”"),
        (PDF, "a.pdf ", "not taken"),
        (PDF, "a.txt", "something else|UTF-8"),
        (picture_bytes(width=40, height=30), "a.docx", "something else"),
        (b"MZ\x90\0" + PDF, "a.exe.pdf", "something else"),
        (b"MZ\x90\0" + archive(a="1"), "a.zip", "something else"),
        (b"<script>alert(1)</script>" + office("word/document.xml"), "a.docx", "something else"),
        (office("word/document.xml"), "a.odt", "something else"),
        (office("word/document.xml"), "a.xlsx", "something else"),
        (PDF[:-200], "a.pdf", "incomplete"),
        (b"<html>", "a.html", "“html” are not taken"),
        (b"<svg/>", "a.svg", "“svg” are not taken"),
        (b"MZ", "a.exe", "“exe” are not taken"),
        (b"x", "ohne", "“–”"),
        (b"x", "a.docm", "macros"),
        (b"x", "a.doc", "macros"),
        ("Grüße".encode("latin-1"), "a.txt", "UTF-8"),
        (b"a\0b", "a.csv", "something else"),
        (b"{", "a.json", "something else"),
        (b"[" * 100_000, "a.json", "something else"),
        (archive(mimetype=TYPES["ods"]), "a.odt", "something else"),
        (archive(a="1"), "a.docx", "something else"),
        (office("word/document.xml", **{"word/vbaProject.bin": "x"}), "a.docx", "macros"),
        (b"PK\x03\x04broken", "a.zip", "something else"),
    ],
)
def test_what_is_something_else_is_refused(content: bytes, name: str, sentence: str) -> None:
    with translation.override("en"), pytest.raises(FileRefused, match=sentence):
        check_document(io.BytesIO(content), name)


def test_too_large_a_document_is_refused() -> None:
    with translation.override("en"), pytest.raises(FileRefused, match="At most"):
        check_document(io.BytesIO(PDF), "a.pdf", max_bytes=100)


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_document_follows_the_page_that_shows_it(front: FrontPage, client: Client, commit) -> None:
    document = make_document()
    staff = Client()
    staff.force_login(make_owner())
    assert client.get(document.url).status_code == 404
    assert staff.get(document.url).status_code == 200
    with commit():
        article = article_showing(document, is_published=False)
        article.save()
    assert client.get(document.url).status_code == 404
    with commit():
        article.save_revision().publish()
    assert client.get(document.url).status_code == 200
    with commit():
        ArticlePage.objects.get().unpublish()
    assert client.get(document.url).status_code == 410


def test_a_draft_of_a_published_page_makes_no_document_public(front: FrontPage, client: Client, commit) -> None:
    shown, planned = make_document(), make_document()
    with commit():
        article = article_showing(shown)
    with commit():
        article.body = [("text", f'<p><a linktype="document" id="{planned.pk}">Neu</a></p>')]
        revision = article.save_revision()
    assert client.get(planned.url).status_code == 404
    assert client.get(shown.url).status_code == 200
    with commit():
        revision.publish()
    assert client.get(planned.url).status_code == 200
    assert client.get(shown.url).status_code == 404


def test_document_can_neither_run_nor_load_nor_be_kept(front: FrontPage, client: Client, commit) -> None:
    pdf, text = make_document(), make_document(b"<script>1</script>", "a.txt")
    with commit():
        link = "".join(f'<p><a linktype="document" id="{one.pk}">x</a></p>' for one in (pdf, text))
        make_article(section=make_section(), body=[("text", link)])
    for document, disposition, kind in (
        (pdf, "inline; filename=\"der-vertrag.pdf\"; filename*=UTF-8''Der%20Vertrag.pdf", "application/pdf"),
        (
            text,
            "attachment; filename=\"der-vertrag.txt\"; filename*=UTF-8''Der%20Vertrag.txt",
            "text/plain; charset=utf-8",
        ),
    ):
        answer = client.get(document.url)
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"] == disposition
        assert answer["Content-Type"] == kind
        assert answer["Cache-Control"] == "no-cache"
        assert not answer.cookies
        again = client.get(document.url, headers={"if-none-match": answer["ETag"]})
        assert again.status_code == 304
    assert b"".join(client.get(pdf.url).streaming_content) == PDF
    assert client.post(pdf.url).status_code == 405
    assert client.get(f"/documents/{pdf.pk}/anders.pdf").status_code == 404


@pytest.mark.parametrize(
    ("title", "plain", "full"),
    [
        ("Über Maße", "ueber-masse.pdf", "%C3%9Cber%20Ma%C3%9Fe.pdf"),
        ("Договор", "document.pdf", "%D0%94%D0%BE%D0%B3%D0%BE%D0%B2%D0%BE%D1%80.pdf"),
        ("../a\\b\u202efdp\r\n", "abfdp.pdf", "a%20b%20fdp.pdf"),
        ("…", "document.pdf", "%E2%80%A6.pdf"),
        ("//", "document.pdf", "document.pdf"),
    ],
)
def test_document_is_saved_under_its_title(
    front: FrontPage, client: Client, commit, title: str, plain: str, full: str
) -> None:
    document = make_document()
    ArticleDocument.objects.update(title=title)
    with commit():
        article_showing(document)
    expected = f"inline; filename=\"{plain}\"; filename*=UTF-8''{full}"
    assert client.get(document.url)["Content-Disposition"] == expected


def test_editor_is_told_why_a_document_is_refused(front: FrontPage, plain_static: None, client: Client) -> None:
    client.force_login(make_owner())
    before = files_on_disk()
    answer = client.post(
        "/admin/documents/multiple/add/",
        {"title": "a", "files[]": upload(b"<html>", "a.pdf")},
        headers={"x-requested-with": "XMLHttpRequest"},
    ).json()
    assert not answer["success"]
    assert "pdf" in answer["error_message"]
    assert files_on_disk() == before
    taken = client.post(
        "/admin/documents/multiple/add/",
        {"title": "a", "files[]": upload(PDF, "a.pdf")},
        headers={"x-requested-with": "XMLHttpRequest"},
    ).json()
    assert taken["success"]
    assert ArticleDocument.objects.get().is_public is False


def test_replaced_document_takes_its_old_file_along_after_commit(
    front: FrontPage, plain_static: None, client: Client, commit
) -> None:
    client.force_login(make_owner())
    document = make_document()
    storage, old = document.file.storage, document.file.name
    with commit():
        client.post(f"/admin/documents/edit/{document.pk}/", {"title": "Neu", "file": upload(PDF, "neu.pdf")})
        assert storage.exists(old)
    document.refresh_from_db()
    assert document.title == "Neu"
    assert document.file.name != old
    assert not storage.exists(old)
