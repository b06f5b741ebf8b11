"""Addresses of the safety net; outside the language prefix."""

from django.urls import path

from freiblatt.upkeep import views

urlpatterns = [path("metrics", views.show_metrics, name="metrics")]
