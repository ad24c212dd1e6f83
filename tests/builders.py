"""Values for tests in which everything is valid until a test says otherwise."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.article import Article, Author
from shared.events import ArticleEvent, EventType
from shared.identifiers import new_event_id

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class HandClock:
    """A clock that stands until a test moves it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.moment = now

    def now(self) -> datetime:
        """Return the moment it was set to."""
        return self.moment

    def move(self, **by: float) -> None:
        """Move it by a `timedelta` of these keywords."""
        self.moment += timedelta(**by)


def an_article(**fields: Any) -> Article:
    """Return a short commentary that was published at noon."""
    given: dict[str, Any] = {
        "id": "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057",
        "url": "https://thinktank.example/commentary/ice-roads",
        "title": "Ice roads and the price of bread",
        "kind": "commentary",
        "authors": (Author(name="Dr. Ana Ruiz"),),
        "published_at": NOON,
        "summary": "Why a warm winter in the north makes bread dearer in the south.",
        "content_html": "<p>The road opened late this year.</p>",
        "topics": ("Energy", "Food security"),
    }
    return Article.model_validate(given | fields)


def an_event(**fields: Any) -> ArticleEvent:
    """Return the first event of `an_article()`; `article=` takes another one."""
    article = fields.pop("article", None) or an_article()
    given: dict[str, Any] = {
        "id": new_event_id(NOON),
        "type": EventType.PUBLISHED,
        "timestamp": NOON,
        "version": 1,
        "first_seen_at": NOON,
        "changed_at": article.published_at or NOON,
        "article": article,
    }
    return ArticleEvent.model_validate(given | fields)
