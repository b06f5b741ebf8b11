"""Which files a draft shows, and their addresses below a shared link."""

from dataclasses import dataclass, field

from django.db.models.fields.files import FieldFile
from django.urls import reverse

from freiblatt.articles.belongings import references_of
from freiblatt.articles.models import ArticleDocument, ArticlePage, Picture, Recording
from freiblatt.articles.uploads import ending_of

PICTURE_TYPES = {
    "avif": "image/avif",
    "webp": "image/webp",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "svg": "image/svg+xml",
}


@dataclass
class SharedFiles:
    """What one version of an article shows: stored files by name, each with its type, and documents by key."""

    files: dict[str, tuple[FieldFile, str]] = field(default_factory=dict)
    documents: dict[int, ArticleDocument] = field(default_factory=dict)

    def addresses(self, token: str) -> dict[str, str]:
        """Return for each address that readers of the published article would load the one below the link."""
        found = {
            file.url: reverse("shared_draft_file", args=[token, name]) for name, (file, _type) in self.files.items()
        }
        for pk, document in self.documents.items():
            found[document.url] = reverse("shared_draft_document", args=[token, pk, document.filename])
        return found


def files_of(article: ArticlePage) -> SharedFiles:
    """Return the files that `article`, as it is in memory, shows; five queries at most."""
    referred = references_of(article)
    found = SharedFiles(documents=ArticleDocument.objects.in_bulk(referred[ArticleDocument]))
    for recording in Recording.objects.filter(pk__in=referred[Recording]):
        found.files[recording.file.name] = (recording.file, recording.content_type)
        if recording.poster_id:
            referred[Picture].add(recording.poster_id)
    for picture in Picture.objects.filter(pk__in=referred[Picture]).with_files():
        for one in picture.public_files:
            kind = PICTURE_TYPES.get(ending_of(one.file.name), "application/octet-stream")
            found.files[one.file.name] = (one.file, kind)
    return found
