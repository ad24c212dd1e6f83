"""Articles of a wanted size, the same in every run, and the events that publish them."""

import random
from datetime import UTC, datetime, timedelta

from shared.article import Article, Author
from shared.events import ArticleEvent, EventType
from shared.identifiers import new_event_id

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_LETTERS = "etaoinshrdlucmfwyp"


def event(number: int, size: int, *, version: int = 1) -> ArticleEvent:
    """Return the event of an article whose text has about so many bytes."""
    moment = START + timedelta(seconds=number + version)
    return ArticleEvent(
        id=new_event_id(moment),
        type=EventType.PUBLISHED if version == 1 else EventType.UPDATED,
        timestamp=moment,
        version=version,
        first_seen_at=START,
        changed_at=moment,
        article=article(number, size, version=version),
    )


def article(number: int, size: int, *, version: int = 1) -> Article:
    """Return an article with prose that compresses as prose does."""
    source = random.Random(number)  # noqa: S311 - prose, no secret
    vocabulary = ["".join(source.choices(_LETTERS, k=source.randint(2, 9))) for _ in range(400)]
    paragraphs, length = [], 0
    while length < size:
        paragraphs.append(f"<p>{' '.join(source.choices(vocabulary, k=60)).capitalize()}.</p>")
        length += len(paragraphs[-1])
    return Article(
        id=f"article-{number}",
        url=f"https://news.example/articles/{number}",
        title=f"Article {number}, edition {version}",
        authors=(Author(name=f"Author {number % 7}"),),
        published_at=START + timedelta(seconds=number),
        summary=" ".join(source.choices(vocabulary, k=20)),
        content_html="".join(paragraphs)[:size].rpartition("<p>")[0] or paragraphs[0],
        topics=("Benchmarks",),
    )
