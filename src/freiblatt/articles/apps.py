from datetime import time

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    name = "freiblatt.articles"
    verbose_name = _("Articles")

    def ready(self) -> None:
        from django.db.models import SlugField
        from django.db.models.signals import post_migrate
        from wagtail.admin.forms.models import register_form_field_override

        from freiblatt.articles import (  # noqa: F401
            blocks,
            file_receivers,
            grants,
            models,
            parts,
            permissions,
            receivers,
            workflow_receivers,
        )
        from freiblatt.articles.actions.checking import sync_workflow_after_migrate
        from freiblatt.articles.actions.cleaning import remove_left_over_files
        from freiblatt.articles.actions.publishing import publish_due
        from freiblatt.articles.slugs import AddressInput
        from freiblatt.articles.uploads import waiting
        from freiblatt.jobs.rhythms import daily, minutely
        from freiblatt.jobs.schedules import every
        from freiblatt.lib.wording import call
        from freiblatt.newsroom import audit, doors
        from freiblatt.pagestore import fragments

        waiting.keep_private()
        workflow_receivers.connect()
        post_migrate.connect(sync_workflow_after_migrate, sender=self, dispatch_uid="articles.workflow")
        permissions.register_policies()
        audit.watch(models.FrontSlot, "article", "size", "headline", "sort_order", parent="front_page")
        audit.watch_deletion(models.Picture, models.ArticleDocument, models.Recording, models.Author, models.Topic)
        doors.for_writers("articles_original", "articles_rendition")
        register_form_field_override(SlugField, override={"widget": AddressInput})
        every(daily(time(4, 10)), name="articles.left_over_files", job=remove_left_over_files)
        every(minutely(1), name="articles.publish_due", job=publish_due)
        call(
            {
                "publish_due": _("Publish and end what is due"),
                "remove_left_over_files": _("Remove files that belong to nothing"),
                "make_picture_files": _("Make the sizes of a picture"),
                "finish_withholding": _("Withhold files of withdrawn articles"),
                "articles_submitted": _("An article waits for a check"),
                "articles_approved": _("An article was checked"),
                "articles_rejected": _("An article came back from the check"),
            }
        )
        fragments.register_all(parts.FRAGMENT, parts.render_fragments)
