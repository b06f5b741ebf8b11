"""Addresses inside the admin."""

from django.urls import path

from freiblatt.jobs import views

app_name = "jobs"

urlpatterns = [
    path("", views.Overview.as_view(), name="overview"),
    path("again/", views.again_all, name="again_all"),
    path("<uuid:key>/again/", views.again, name="again"),
    path("<uuid:key>/discard/", views.discard, name="discard"),
]
