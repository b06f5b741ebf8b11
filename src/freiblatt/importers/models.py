"""What was moved in from where, so that moving in again updates and never doubles."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportedPage(models.Model):
    """One saved page that became an article."""

    #: Hash of headline and date: the same page, copied on another day, is the same page.
    key = models.CharField(max_length=64, unique=True)
    article = models.OneToOneField(
        "articles.ArticlePage", on_delete=models.CASCADE, related_name="imported_page", verbose_name=_("article")
    )
    #: Hash of what the copy says of the article; the same one again needs no new revision.
    copy_digest = models.CharField(max_length=64)
    #: Hash of what the article held when it was moved in; another one now says that the desk has edited it.
    article_digest = models.CharField(max_length=64)
    saved_on = models.DateField(_("copy made on"))
    imported_on = models.DateTimeField(_("moved in on"), auto_now=True)

    class Meta:
        verbose_name = _("imported page")
        verbose_name_plural = _("imported pages")

    def __str__(self) -> str:
        return f"Imported page {self.pk}"


class ImportedItem(models.Model):
    """One comment or placeholder that came with a page. It stays when the comment goes, so that it never returns."""

    page = models.ForeignKey(ImportedPage, on_delete=models.CASCADE, related_name="items")
    key = models.CharField(max_length=64)
    comment = models.ForeignKey("discussion.Comment", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("imported item")
        verbose_name_plural = _("imported items")
        constraints = [models.UniqueConstraint(fields=["page", "key"], name="imported_item_comes_once")]

    def __str__(self) -> str:
        return f"Imported item {self.pk}"
