"""Every address of the publication, in the order in which they are tried."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from freiblatt.articles import file_views
from freiblatt.newsroom import urls as newsroom_urls

urlpatterns = [
    path("admin/", include(newsroom_urls)),  # before Wagtail's, whose sign-in it takes the place of
    path("admin/", include(wagtailadmin_urls)),
    re_path(r"^documents/(\d+)/(.*)$", file_views.document),  # in the place of Wagtail's, whose name it keeps
    path("documents/", include(wagtaildocs_urls)),
    path("", include("freiblatt.upkeep.urls")),
    # What the store has no file for.
    path("media/<path:name>", file_views.missing_file),
    path("", include("freiblatt.theme.urls")),
    path("", include("freiblatt.articles.share_urls")),
    path("", include("freiblatt.feeds.urls")),
    *i18n_patterns(
        path("", include("freiblatt.feeds.language_urls")),
        path("", include("freiblatt.letters.reader_urls")),
        path("", include("freiblatt.readers.urls")),
        path("", include("freiblatt.articles.urls")),
        path("", include("freiblatt.discussion.urls")),
        # Wagtail's sign-in for pages with a password would let staff in without the second step.
        path("_util/login/", RedirectView.as_view(pattern_name="account_login")),
        path("", include(wagtail_urls)),
        prefix_default_language=False,
    ),
]

# By name: whole pages stand above addresses.
handler403 = "freiblatt.theme.errors.forbidden"
handler404 = "freiblatt.theme.errors.not_found"
handler500 = "freiblatt.theme.errors.broken"
