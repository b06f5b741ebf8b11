"""What articles are about, across sections."""

from django.db import models
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from wagtail.models import TranslatableMixin
from wagtail.search import index


class Topic(index.Indexed, TranslatableMixin, models.Model):
    """A subject that articles of any section share. A dossier is a topic that the newsroom introduces and curates."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("address"), max_length=100)
    is_dossier = models.BooleanField(_("is a dossier"), default=False)
    introduction = models.TextField(_("introduction"), blank=True, max_length=2000)
    picture = models.ForeignKey(
        "articles.Picture",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )

    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["slug", "locale"], name="one_topic_per_address")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the path of the topic's page in the topic's own language."""
        with translation.override(self.locale.language_code):
            return reverse("topic", args=[self.slug])
