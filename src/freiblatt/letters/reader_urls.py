"""The one address for readers: where a letter's link ends the letters of its kind. Inside the language prefix."""

from django.urls import path, register_converter

from freiblatt.letters import reader_views


class SubscriptionTokenConverter:
    """What ends a subscription (`actions/subscribing.py`)."""

    regex = "[A-Za-z0-9_-]{32}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SubscriptionTokenConverter, "subscription_token")

urlpatterns = [
    path("-/letters/<subscription_token:token>/", reader_views.unsubscribe, name="letters_unsubscribe"),
]
