"""Addresses that belong to the look; outside the language prefix."""

from django.urls import path

from freiblatt.theme import views

urlpatterns = [
    path("-/look/<slug:digest>.css", views.stylesheet, name="look"),
    path("favicon.ico", views.favicon),
    path("apple-touch-icon.png", views.touch_icon),
]
