"""Costs that must not grow with the archive; run once for each size, in a process of its own.

Prints one JSON object: CPU milliseconds (median) of Django's work for a front page, a month of the archive, an article
and one publication.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable

import django


def cpu_ms(work: Callable[[], object], times: int = 15) -> float:
    """Return the median CPU milliseconds of `work`, after one call that does not count."""
    work()
    found = []
    for _ in range(times):
        begun = time.process_time()
        work()
        found.append((time.process_time() - begun) * 1000)
    return statistics.median(found)


def main() -> None:
    django.setup()
    from django.test import Client

    from freiblatt.articles.actions import publish_article, write_article
    from freiblatt.articles.models import ArticlePage

    client = Client(SERVER_NAME="127.0.0.1")

    def answer(path: str) -> Callable[[], object]:
        def ask() -> None:
            response = client.get(path)
            if response.status_code != 200:
                sys.exit(f"{path} answered {response.status_code}.")

        return ask

    section = ArticlePage.objects.order_by("pk").first().section
    listed = ArticlePage.objects.listed(section=section)
    article = listed[listed.count() // 2]
    month = article.published_on.strftime("/archiv/%Y/%m/")
    newest = ArticlePage.objects.listed(language="de")[0]

    def publish() -> None:
        article = ArticlePage.objects.get(pk=newest.pk)
        bylines = [(byline.author, byline.role) for byline in article.bylines.all()]
        headline = f"Geändert um {time.monotonic_ns()}"
        publish_article(article=write_article(section=section, article=article, title=headline, bylines=bylines))

    print(
        json.dumps(
            {
                "front page": cpu_ms(answer("/")),
                "archive month": cpu_ms(answer(month)),
                "article": cpu_ms(answer(article.get_url())),
                "a changed headline, published": cpu_ms(publish),
            }
        )
    )


if __name__ == "__main__":
    main()
