"""How a feed is shown: under which path, with what description, how many entries and how much of each."""

from dataclasses import dataclass
from datetime import datetime

from services.feed.feeds.excerpt import excerpt_of
from services.feed.feeds.own_feed import NEWEST, Content, OwnFeed
from services.feed.feeds.selection import Selection
from shared.article import Article


@dataclass(frozen=True)
class Presentation:
    """`path` is the feed's address on this service, without the ending of a format.

    It is what every link of a feed to itself is made from, because that of a private feed bears its token.
    `changed_at` is when an operator last changed the definition, None where there is none.
    """

    path: str
    description: str | None = None
    entries: int = NEWEST
    content: Content = Content.FULL
    changed_at: datetime | None = None

    def updated(self, articles_updated: datetime) -> datetime:
        """Return when the feed last changed, by its articles or by its definition."""
        return max(articles_updated, self.changed_at or articles_updated)


def feed_path(selection: Selection) -> str:
    """Return the path of a public feed, without the ending of a format."""
    return f"/feeds/{selection}"


def presentation_of(selection: Selection, own: OwnFeed | None, *, path: str | None = None) -> Presentation:
    """Return how a feed is shown; `own` is the definition of an operator's feed, `path` a private one's."""
    path = path or feed_path(selection)
    if own is None:
        return Presentation(path)
    return Presentation(path, own.description, own.entries, own.content, own.changed_at)


def shortened(article: Article) -> Article:
    """Return the article for a feed of summaries: its text is left out and, where it has a page, linked."""
    summary = article.summary or article.subtitle or excerpt_of(article.content_html or "") or None
    return article.model_copy(update={"summary": summary, "content_html": None, "is_excerpt": True})
