"""Where the discussion of an article is found."""

from django.urls import reverse

from freiblatt.articles.models import ArticlePage
from freiblatt.discussion.reading.shown import Order


class Addresses:
    """Where the discussion of one article is found; made once for all comments on a page."""

    def __init__(self, article: ArticlePage) -> None:
        # /<front page>/<section>/<article>/
        self._section, self._slug = article.url_path.strip("/").split("/")[-2:]
        self.thread = reverse("thread", args=[self._section, self._slug])
        #: /section/article/, in the language of the address.
        self.article = f"{self.thread.rsplit('/', 2)[0]}/"
        # Eighty comments on a page are eighty addresses of one pattern: ask for it once.
        self._comment = reverse("comment", args=[self._section, self._slug, 0]).removesuffix("0/")
        self._report = reverse("comment_report", args=[self._section, self._slug, 0]).removeprefix(f"{self._comment}0/")
        self._answer = reverse("comment_answer", args=[self._section, self._slug, 0]).removeprefix(f"{self._comment}0/")

    def newest(self) -> str:
        """Return the address of the slice with the newest roots."""
        return reverse("thread_newest", args=[self._section, self._slug])

    def top(self) -> str:
        """Return the address of what readers voted for most."""
        return reverse("thread_top", args=[self._section, self._slug])

    def top_slice(self, edition: int, number: int) -> str:
        """Return the address of one slice of an order by votes."""
        return reverse("thread_top_slice", args=[self._section, self._slug, edition, number])

    def slice(self, order: Order, key: int) -> str:
        """Return the address of the slice that follows the root with the id `key`."""
        name = "thread_after" if order == "oldest" else "thread_before"
        return reverse(name, args=[self._section, self._slug, key])

    def comment(self, pk: int) -> str:
        """Return the lasting address of one comment."""
        return f"{self._comment}{pk}/"

    def answers(self, pk: int, after: int) -> str:
        """Return the address of the answers below a root that follow the answer with the id `after`."""
        return reverse("comment_answers", args=[self._section, self._slug, pk, after])

    def paragraph(self, number: int) -> str:
        """Return the address of what is said on one paragraph; `number` counts the article's paragraphs from 0."""
        return reverse("paragraph", args=[self._section, self._slug, number])

    def annotations(self, after: int = 0) -> str:
        """Return the address of the annotations, or of those that follow the comment with the id `after`."""
        if after:
            return reverse("annotations_after", args=[self._section, self._slug, after])
        return reverse("annotations", args=[self._section, self._slug])

    @property
    def write(self) -> str:
        """The address of the form for a new comment."""
        return reverse("comment_write", args=[self._section, self._slug])

    @property
    def vote(self) -> str:
        """The address that takes votes."""
        return reverse("comment_vote", args=[self._section, self._slug])

    @property
    def reader_vote(self) -> str:
        """The address at which readers ask for the link to their votes."""
        return reverse("reader_vote", args=[self._section, self._slug])

    def votes_of(self, token: str, after: int = 0) -> str:
        """Return where the reader with this token votes, or the slice behind the root with the id `after`."""
        if after:
            return reverse("reader_votes_after", args=[self._section, self._slug, token, after])
        return reverse("reader_votes", args=[self._section, self._slug, token])

    def answer(self, pk: int) -> str:
        """Return the address of the form for an answer to a comment."""
        return f"{self._comment}{pk}/{self._answer}"

    def report(self, pk: int) -> str:
        """Return the address at which a comment is reported."""
        return f"{self._comment}{pk}/{self._report}"

    def own(self, token: str) -> str:
        """Return the address of a writer's own page."""
        return reverse("comment_own", args=[token])

    def own_edit(self, token: str) -> str:
        """Return where a writer's own page sends a new text."""
        return reverse("comment_own_edit", args=[token])

    def own_follow(self, token: str) -> str:
        """Return where a writer's own page asks for letters."""
        return reverse("comment_own_follow", args=[token])

    def newsroom(self, after: int = 0) -> str:
        """Return the address of what the newsroom says, or of the slice behind its comment `after`."""
        if after:
            return reverse("thread_newsroom_after", args=[self._section, self._slug, after])
        return reverse("thread_newsroom", args=[self._section, self._slug])

    @property
    def feed(self) -> str:
        """The address of the thread's feed."""
        return reverse("thread_feed", args=[self._section, self._slug])

    def own_withdraw(self, token: str) -> str:
        """Return where a writer's own page withdraws the comment."""
        return reverse("comment_own_withdraw", args=[token])

    def own_object(self, token: str) -> str:
        """Return where a writer objects to a decision on the own page."""
        return reverse("comment_own_object", args=[token])
