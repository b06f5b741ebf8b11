"""What each role may do with this room's things, with those of the rooms below, and with Wagtail's own.

Rooms above say it of theirs in `AppConfig.ready()`.
"""

from freiblatt.newsroom.roles import Role, register

for _role in Role:
    register(_role, "wagtailadmin.access_admin")

register(
    Role.EDITOR,
    *(f"newsroom.{verb}_menu" for verb in ("add", "change", "delete", "view")),
    *(f"wagtailredirects.{verb}_redirect" for verb in ("add", "change", "delete", "view")),
    "simple_translation.submit_translation",
    # Sees failed work and lets it run again; what is discarded is lost, and that is for owners.
    "jobs.view_job",
    "jobs.change_job",
    # Sees whether letters arrive and sends them again; what stands in them opens accounts, and that is for owners.
    "letters.view_letter",
    "letters.change_letter",
    on_pages=(f"wagtailcore.{verb}_page" for verb in ("add", "change", "publish", "bulk_delete", "lock", "unlock")),
    on_files=(
        *(f"wagtailcore.{verb}_collection" for verb in ("add", "change", "delete")),
        *(f"wagtailimages.{verb}_image" for verb in ("add", "change", "choose")),
        *(f"wagtaildocs.{verb}_document" for verb in ("add", "change", "choose")),
        *(f"wagtailmedia.{verb}_media" for verb in ("add", "change")),
    ),
)

# To add pages and files means, for Wagtail, to edit those that one has added oneself.
register(
    Role.AUTHOR,
    on_pages=["wagtailcore.add_page"],
    on_files=[
        "wagtailimages.add_image",
        "wagtailimages.choose_image",
        "wagtaildocs.add_document",
        "wagtaildocs.choose_document",
        "wagtailmedia.add_media",
    ],
)
