"""The files that belong to an article, and which of them nothing else shows to readers."""

from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from wagtail.models import Page, PageLogEntry, ReferenceIndex, Revision

from freiblatt.articles.models import ArticleDocument, ArticlePage, Author, Picture, Recording, Topic
from freiblatt.articles.models.documents import pages_referring_to

KINDS: tuple[type[Model], ...] = (Picture, Recording, ArticleDocument)
#: Under these names a page's history records that a version was published.
PUBLISHED = ("wagtail.publish", "wagtail.publish.scheduled")


@dataclass(frozen=True)
class Belongings:
    """Pictures, recordings and documents."""

    pictures: list[Picture] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    documents: list[ArticleDocument] = field(default_factory=list)

    def public_names(self) -> list[str]:
        """Return the names, in the public storage, of what readers could load; one query."""
        from freiblatt.articles.models import PictureFile

        files = PictureFile.objects.filter(picture__in=self.pictures).values_list("file", flat=True)
        return [*files, *(str(one.file.name) for one in self.recordings if one.file)]

    def kinds(self) -> list[QuerySet]:
        """Return the rows of each kind, in the order of their keys."""
        some = zip(KINDS, (self.pictures, self.recordings, self.documents), strict=True)
        return [kind._default_manager.filter(pk__in=[one.pk for one in things]).order_by("pk") for kind, things in some]

    def unless_shown(self, *, apart_from: int = 0) -> "Belongings":
        """Return what of these things readers see nowhere but on the page with the key `apart_from`."""
        some = (self.pictures, self.recordings, self.documents)
        return Belongings(*([one for one in things if not is_shown(one, apart_from=apart_from)] for things in some))


def references_of(thing: Model) -> dict[type[Model], set[int]]:
    """Return the keys of pictures, recordings and documents to which `thing`, as it is in memory, refers."""
    found: dict[type[Model], set[int]] = {kind: set() for kind in KINDS}
    kinds = {ContentType.objects.get_for_model(kind).pk: kind for kind in KINDS}
    for kind_pk, object_pk, _path, _content_path in ReferenceIndex._extract_references_from_object(thing):
        if kind_pk in kinds:
            found[kinds[kind_pk]].add(int(object_pk))
    return found


def belongings_of(article: ArticlePage) -> Belongings:
    """Return all that readers may have seen with `article`: in its public version and in those published before."""
    pks = references_of(article)
    entries = PageLogEntry.objects.filter(page_id=article.pk, action__in=PUBLISHED).exclude(revision_id=None)
    for revision in Revision.objects.filter(pk__in=entries.values("revision_id")).iterator(chunk_size=5):
        for kind, found in references_of(article.with_content_json(revision.content)).items():
            pks[kind] |= found
    recordings = list(Recording.objects.filter(pk__in=pks[Recording]).order_by("pk"))
    pks[Picture] |= {one.poster_id for one in recordings if one.poster_id}
    return Belongings(
        pictures=list(Picture.objects.filter(pk__in=pks[Picture]).order_by("pk")),
        recordings=recordings,
        documents=list(ArticleDocument.objects.filter(pk__in=pks[ArticleDocument]).order_by("pk")),
    )


def is_shown(thing: Picture | Recording | ArticleDocument, *, apart_from: int = 0) -> bool:
    """Return whether readers see `thing` anywhere but on the page with the key `apart_from`."""
    if pages_referring_to(thing).exclude(pk=apart_from).exists():
        return True
    if isinstance(thing, Picture) and (
        ArticlePage.objects.live().filter(lead_picture=thing).exclude(pk=apart_from).exists()
        or Author.objects.filter(portrait=thing).exists()
        or Topic.objects.filter(picture=thing).exists()
    ):
        return True
    is_page = ContentType.objects.get_for_model(Page)
    others = ReferenceIndex.get_references_to(thing).exclude(base_content_type=is_page)
    for kind_pk, object_id in set(others.values_list("content_type", "object_id")):
        if ContentType.objects.get_for_id(kind_pk).model_class() is not Recording:
            return True  # a room above shows it in a way that this one cannot know
        recording = Recording.objects.filter(pk=int(object_id)).first()
        if recording is not None and is_shown(recording, apart_from=apart_from):
            return True
    return False
