"""Addresses inside the admin."""

from django.urls import path

from freiblatt.discussion.desk import views

app_name = "discussion_desk"

urlpatterns = [
    path("", views.Queue.as_view(), name="queue"),
    path("decide/", views.decide, name="decide"),
]
