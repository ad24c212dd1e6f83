"""Keeps all feeds' indices true to the events: the `feeds` consumer group's work.

A batch is a few round trips, however many feeds it touches: read what is known, store what changed, then let
every feed do what is new to it. A crash in between leaves work undone, never wrong: the batch comes again,
and the operations of what is stored are simply given out once more.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from redis.asyncio import Redis

from services.feed.feeds.applying import FeedOperation, KnownArticle, fold, operations
from services.feed.feeds.members import Members
from services.feed.feeds.own_feed_registry import OwnFeedRegistry
from services.feed.feeds.read_model import ReadModel
from services.feed.feeds.selection import Selection, selections_of
from shared.events import ArticleEvent, EventType
from shared.logs import get_logger

log = get_logger(__name__)


def nobody_measures(_: datetime) -> None:
    """Do nothing: how long articles take is asked for only where events are consumed."""


@dataclass(frozen=True)
class ApplyReport:
    """What a batch came to: articles that changed, those that were known already, and feeds that changed."""

    changed: int
    unchanged: int
    feeds: int

    def told(self) -> Mapping[str, int]:
        """Return it as it stands in the log."""
        return {"articles_changed": self.changed, "feeds_changed": self.feeds}


@dataclass(frozen=True)
class RebuildReport:
    """What a rebuild came to: articles read, feeds built, and members that no article claimed."""

    articles: int
    feeds: int
    dropped: int


class FeedIndex:
    """Applies events to the read model and to the feeds, and can build the feeds anew from the read model.

    `arrived` is told the time of each event that was new, once its effects stand in the feeds. An event that
    a process left half done when it was killed is not new to whoever does it again.
    """

    def __init__(
        self, redis: "Redis", partitions: int, arrived: Callable[[datetime], None] = nobody_measures
    ) -> None:
        self._arrived = arrived
        self._articles = ReadModel(redis, partitions)
        self._members = Members(redis)
        self._own_feeds = OwnFeedRegistry(redis)

    async def apply(self, _partition: int, events: Sequence[ArticleEvent]) -> ApplyReport:
        """Store all effects of the events. Repeating them, in any order and anywhere, changes nothing."""
        settled, changed, news = await self._settle(events)
        await self._members.register(_titles_in(events))
        feeds = await self._give_out(settled)
        for event in news:
            self._arrived(event.timestamp)
        return ApplyReport(changed, len(settled) - changed, feeds)

    async def rebuild(self) -> RebuildReport:
        """Build every feed anew from the stored articles, while events go on; the bytes come out the same.

        Everything is merged into the feeds in place, so that no reader ever meets an empty one; afterwards
        members that no article claims are dropped.
        """
        articles: set[str] = set()
        selections = [*await self._members.titles(), *(await self._own_feeds.view()).selections]
        claims: dict[Selection, set[str]] = {selection: set() for selection in selections}
        async for article_ids in self._articles.scan():
            known = await self._articles.read(article_ids)
            articles.update(known)
            for article_id, entry in known.items():
                for selection in entry.memberships:
                    claims.setdefault(selection, set()).add(article_id)
            await self._give_out(known.values(), force=True)
        dropped = sum([await self._drop_strays(feed, claimed) for feed, claimed in sorted(claims.items())])
        report = RebuildReport(len(articles), len(claims), dropped)
        log.info("feeds.rebuilt", articles=report.articles, feeds=report.feeds, dropped=report.dropped)
        return report

    async def _settle(
        self, events: Sequence[ArticleEvent]
    ) -> tuple[list[KnownArticle], int, list[ArticleEvent]]:
        """Store and return the newest state of every article of the batch.

        And how many of them are new, and by which events.
        """
        waiting: dict[str, list[ArticleEvent]] = defaultdict(list)
        for event in events:
            waiting[event.article.id].append(event)
        settled: list[KnownArticle] = []
        news: list[ArticleEvent] = []
        changed = 0
        while waiting:
            own_feeds = await self._own_feeds.view()
            before = await self._articles.read(waiting)
            after = [known for i, own in waiting.items() if (known := fold(own, before.get(i), own_feeds))]
            unchanged = [known for known in after if known is before.get(known.article.id)]
            new = [known for known in after if known is not before.get(known.article.id)]
            # What another consumer was quicker to change, or was decided by outdated definitions of the
            # operators' feeds, is read and decided again.
            stored = await self._articles.store(new, before) if new else []
            settled += unchanged + stored
            changed += len(stored)
            news += [event for known in stored for event in _newer(waiting[known.article.id], before)]
            for known in unchanged + stored:
                del waiting[known.article.id]
        return settled, changed, news

    async def _give_out(self, articles: Iterable[KnownArticle], *, force: bool = False) -> int:
        """Let the feeds do what the stored state of these articles asks for; return how many changed."""
        titles: dict[Selection, str] = {}
        by_feed: dict[Selection, list[FeedOperation]] = defaultdict(list)
        for known in articles:
            for selection, title in known.feeds().items():
                titles.setdefault(selection, title)
            for selection, operation in operations(known).items():
                by_feed[selection].append(operation)
        await self._members.register(titles)
        return await self._members.touch(by_feed, force=force)

    async def _drop_strays(self, selection: Selection, claimed: set[str]) -> int:
        """Drop the members that no stored article claims.

        What seems unclaimed is read again, since it may have come meanwhile. Its recorded version was read
        before that, and it is dropped only if that still stands: an event stores the article first and moves
        the version afterwards.
        """
        recorded = await self._members.recorded_versions(selection)
        suspects = {i: version for i, version in recorded.items() if i not in claimed}
        known = await self._articles.read(suspects)
        strays = {
            article_id: version
            for article_id, version in suspects.items()
            if article_id not in known or selection not in known[article_id].memberships
        }
        return await self._members.drop(selection, strays) if strays else 0


def _newer(events: Iterable[ArticleEvent], before: Mapping[str, KnownArticle]) -> list[ArticleEvent]:
    """Return the events of one article that say more than was known."""
    return [e for e in events if e.article.id not in before or e.version > before[e.article.id].version]


def _titles_in(events: Iterable[ArticleEvent]) -> dict[Selection, str]:
    """Return every feed that held an article, though perhaps under an earlier version than its newest."""
    titles: dict[Selection, str] = {}
    for event in sorted(events, key=lambda event: event.version):
        if event.type is not EventType.WITHDRAWN:
            titles = selections_of(event.article) | titles
    return titles
