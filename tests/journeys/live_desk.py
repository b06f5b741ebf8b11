"""Readers and a desk as a process of their own: reads commands on standard input, one a line in JSON, answers likewise.

`python -m tests.journeys.live_desk`. It changes a publication that a real server serves, by the product's own actions.
"""

from typing import Any

from tests.commands import carry_out


def fill(url: str) -> dict[str, Any]:
    """Found the publication with one article and three comments; return its address."""
    from django.db import transaction

    from freiblatt.articles.actions import found_publication
    from freiblatt.discussion.actions import add_comment, open_thread
    from tests.factories import make_article, make_author, make_section

    with transaction.atomic():
        found_publication(name="Testblatt", url=url, languages=["de", "en"])
        body = [("text", "<p>Der Käufer schweigt.</p>" * 60)]
        article = make_article(
            section=make_section(), authors=[make_author()], title="Ein Hafen wird verkauft", body=body
        )
        thread = open_thread(article=article)
        for number in range(3):
            add_comment(thread=thread, text=f"Gedanke {number}. " * 40, guest_name="Leserin")
    return {"path": article.get_url()}


def comment(text: str, parent: int = 0) -> dict[str, Any]:
    """Add a comment, as an answer to `parent` where that is given; return its id."""
    from freiblatt.discussion.actions import add_comment
    from freiblatt.discussion.models import Comment, Thread

    above = Comment.objects.filter(pk=parent).first()
    made = add_comment(thread=Thread.objects.get(), text=text, guest_name="Karl", parent=above)
    return {"id": made.pk}


def remove(pk: int) -> dict[str, Any]:
    """Remove a comment for the desk."""
    from freiblatt.discussion.actions import remove_comment
    from freiblatt.discussion.models import Comment, HouseRule

    rule = HouseRule.objects.get(code="respect")
    remove_comment(comment=Comment.objects.get(pk=pk), by=None, rule=rule)
    return {}


def withdraw() -> dict[str, Any]:
    """Take the article from the page."""
    from freiblatt.articles.actions import unpublish_article
    from freiblatt.articles.models import ArticlePage

    unpublish_article(article=ArticlePage.objects.get())
    return {}


if __name__ == "__main__":
    carry_out(fill, comment, remove, withdraw)
