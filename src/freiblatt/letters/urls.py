"""Addresses inside the admin."""

from django.urls import path

from freiblatt.letters import views

app_name = "letters"

urlpatterns = [
    path("", views.Mailbox.as_view(), name="mailbox"),
    path("knock/", views.knock, name="knock"),
    path("held/", views.decide_about_held, name="held"),
    path("suppressed/", views.Suppressed.as_view(), name="suppressed"),
    path("suppressed/decide/", views.decide, name="decide"),
    path("suppressed/<int:pk>/release/", views.release, name="release"),
    path("<int:pk>/", views.OneLetter.as_view(), name="letter"),
    path("<int:pk>/html/", views.letter_html, name="html"),
    path("<int:pk>/again/", views.again, name="again"),
    path("<int:pk>/discard/", views.discard, name="discard"),
]
