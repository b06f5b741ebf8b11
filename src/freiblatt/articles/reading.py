"""How long an article takes to read."""

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from freiblatt.articles.models import ArticlePage

#: Words that adults read aloud-free in a minute, by language; the default is the mean of 17 languages. Source:
#: Trauzettel-Klosinski, Dietz: Standardized Assessment of Reading Performance (IReST), IOVS 53/2012, table 3.
WORDS_PER_MINUTE = {"de": 179, "en": 228}
WORDS_PER_MINUTE_ELSEWHERE = 184

WORD = re.compile(r"\w[\w’'-]*")


def minutes_of(article: "ArticlePage") -> int:
    """Return whole minutes, at least 1, that reading the standfirst and the body takes; 0 for an empty body."""
    if not len(article.body):
        return 0
    texts = [article.standfirst, *article.body.stream_block.get_searchable_content(article.body)]
    words = sum(len(WORD.findall(str(text))) for text in texts)
    return max(1, math.ceil(words / WORDS_PER_MINUTE.get(article.language, WORDS_PER_MINUTE_ELSEWHERE)))
