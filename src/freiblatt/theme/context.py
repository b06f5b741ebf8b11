"""What every template of a reader's page knows."""

from typing import Any

from django.http import HttpRequest


def publication(request: HttpRequest) -> dict[str, Any]:
    """Return `publication`: its settings."""
    from freiblatt.newsroom.models import PublicationSettings

    return {"publication": PublicationSettings.load(request_or_site=request)}
