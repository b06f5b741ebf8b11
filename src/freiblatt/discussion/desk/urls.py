"""Addresses inside the admin."""

from django.urls import path

from freiblatt.discussion.desk import answering, asking, corrections, views

app_name = "discussion_desk"

urlpatterns = [
    path("", views.Queue.as_view(), name="queue"),
    path("decide/", views.decide, name="decide"),
    path("answer/<int:pk>/", answering.Answer.as_view(), name="answer"),
    path("ask/<int:article_pk>/", answering.Ask.as_view(), name="ask"),
    path("corrections/", corrections.Corrections.as_view(), name="corrections"),
    path("ask-at/<int:page_pk>/", asking.AskAt.as_view(), name="ask_at"),
    path("together/", views.HeapOfComments.as_view(), name="heap"),
    path("threads/", views.Threads.as_view(), name="threads"),
    path("threads/<int:pk>/", views.OneThread.as_view(), name="thread"),
    path("threads/<int:pk>/hold/", views.hold_all, name="hold_all"),
    path("asked/", views.Asked.as_view(), name="asked"),
    path("asked/<int:pk>/answer/", views.answer_question, name="answer_question"),
]
