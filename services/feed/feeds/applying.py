"""What an event makes of what is known of its article, and what each feed must then do about it.

Only decisions: the same events, in whatever order and however often they come, end in the same entry.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import AwareDatetime

from services.feed.feeds.selection import Selection, selections_of
from shared.article import Article, Frozen
from shared.events import ArticleEvent, EventType
from shared.timestamps import epoch_ms


class KnownArticle(Frozen):
    """The read model of an article: its newest version, and every feed that ever held it.

    `memberships` says for each of those feeds when (milliseconds since 1970) the article was last changed in
    it, or left it. So whatever must be done to the feeds can be worked out again at any time.
    """

    version: int
    withdrawn: bool
    first_seen_at: AwareDatetime
    changed_at: AwareDatetime
    timestamp: AwareDatetime
    article: Article
    memberships: dict[Selection, int]

    def feeds(self) -> dict[Selection, str]:
        """Return the feeds that hold the article now, with their titles."""
        return {} if self.withdrawn else selections_of(self.article)


@dataclass(frozen=True)
class FeedOperation:
    """Put an article into a feed at its place (`score`, milliseconds since 1970), or take it out (None).

    `touched_at` (milliseconds since 1970) is when that change of the feed was accepted.
    """

    article_id: str
    version: int
    score: int | None
    touched_at: int


def decide(event: ArticleEvent, known: KnownArticle | None) -> KnownArticle:
    """Return what is known after the event: `known` itself when the event is old or was seen before."""
    if known is not None and event.version <= known.version:
        return known
    withdrawn = event.type is EventType.WITHDRAWN
    memberships = dict(known.memberships) if known else {}
    touched = {*(known.feeds() if known else ()), *(() if withdrawn else selections_of(event.article))}
    for selection in touched:
        memberships[selection] = max(epoch_ms(event.timestamp), memberships.get(selection, 0))
    return KnownArticle(
        version=event.version,
        withdrawn=withdrawn,
        first_seen_at=event.first_seen_at,
        changed_at=event.changed_at,
        timestamp=event.timestamp,
        article=event.article,
        memberships=dict(sorted(memberships.items())),
    )


def fold(events: Iterable[ArticleEvent], known: KnownArticle | None) -> KnownArticle | None:
    """Return what is known after all events of one article, taken in the order of their versions."""
    for event in sorted(events, key=lambda event: event.version):
        known = decide(event, known)
    return known


def operations(known: KnownArticle) -> dict[Selection, FeedOperation]:
    """Return what every feed that holds or ever held the article must do; doing it twice changes nothing."""
    held = known.feeds()
    score = epoch_ms(known.article.ordered_at(known.first_seen_at))
    return {
        selection: FeedOperation(
            article_id=known.article.id,
            version=known.version,
            score=score if selection in held else None,
            touched_at=touched_at,
        )
        for selection, touched_at in known.memberships.items()
    }
