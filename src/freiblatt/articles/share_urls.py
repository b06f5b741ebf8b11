"""Addresses of shared drafts; outside the language prefix, because the article decides the language."""

from django.urls import path

from freiblatt.articles import share_views

urlpatterns = [
    path("-/draft/<str:token>/", share_views.shared_draft, name="shared_draft"),
    path("-/draft/<str:token>/file/<path:name>", share_views.shared_file, name="shared_draft_file"),
    path(
        "-/draft/<str:token>/document/<int:document_pk>/<str:name>",
        share_views.shared_document,
        name="shared_draft_document",
    ),
]
