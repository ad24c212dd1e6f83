"""Fills the operators' feeds from the stored articles, and empties them, after every change of a definition.

A pass takes up a new version of the definitions in this order:

1. From now on the read model refuses what was decided by an older version (`ReadModel.require`). So what a
   consumer with an older view has stored, the pass meets; what it stores later it must decide again.
2. Every feed that is new begins, empty; what was made of every changed one is outdated.
3. If a filter is new, or a feed is gone, every stored article is judged anew, and its verdict stored over the
   state that was judged, then given to the feeds. Feeds take the newer verdict, whoever comes last.
4. What is left of removed feeds is cleared away, and the version is noted as settled.

Each step may be repeated, and by several processes at once. A pass that a crash cut short is not noted, and
whoever looks next (`run`, in every worker) does it again.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.feed.feeds.applying import FeedOperation, KnownArticle, judge_anew, operations
from services.feed.feeds.changes import Changes
from services.feed.feeds.members import Members
from services.feed.feeds.own_feed import OwnFeeds
from services.feed.feeds.own_feed_registry import OwnFeedRegistry
from services.feed.feeds.read_model import ReadModel
from services.feed.feeds.selection import Selection, is_own
from shared.cancellation import heed_cancellation
from shared.logs import get_logger

log = get_logger(__name__)

SWEEP_SECONDS = 10.0
"""How often a worker looks for definitions that nobody has settled."""


class OwnFeedFilling:
    """Makes the feeds what their definitions say."""

    def __init__(self, redis: "Redis", partitions: int, *, sweep_seconds: float = SWEEP_SECONDS) -> None:
        self._registry = OwnFeedRegistry(redis)
        self._articles = ReadModel(redis, partitions)
        self._members = Members(redis)
        self._changes = Changes(redis)
        self._sweep_seconds = sweep_seconds
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Settle what is not settled, at the start and every few seconds, until cancelled."""
        while True:
            try:
                await self.settle()
            except (RedisError, OSError) as error:
                log.warning("own_feeds.postponed", error=str(error))
            heed_cancellation()
            await asyncio.sleep(self._sweep_seconds)

    async def settle_within(self, seconds: float) -> bool:
        """Settle, and tell whether it was done in time; otherwise it goes on without the caller."""
        # One that is under way already may have looked before the caller's change.
        settling = asyncio.create_task(self.settle())
        self._under_way.add(settling)
        settling.add_done_callback(self._finish)
        done, _ = await asyncio.wait({settling}, timeout=seconds)
        if done:
            settling.result()
        return bool(done)

    def _finish(self, settling: asyncio.Task[None]) -> None:
        self._under_way.discard(settling)
        if not settling.cancelled():
            # Marks an error as seen when nobody waits any more: the next sweep tries again.
            settling.exception()

    async def settle(self) -> None:
        """Return when all feeds are what the definitions say that were in force at the call."""
        while True:
            own = await self._registry.view()
            left = await self._registry.unsettled()
            if left.settled >= own.version:
                return
            await self._articles.require(own.version)
            await self._members.open({selection: feed.born for selection, feed in own.selections.items()})
            revised = [s for s, feed in own.selections.items() if feed.revision > left.settled]
            await self._members.touch(dict.fromkeys(revised, ()), force=True)
            await self._changes.announce([*revised, *left.removed], urgent=True)
            same = own.same_verdicts_since(left.settled) and not left.removed
            if same or await self._judge_all(own):
                await self._changes.announce(list(own.selections), urgent=True)
                ended = {s: at for s, at in left.removed.items() if at <= own.version}
                await self._members.clear(ended)
                await self._registry.settle(own.version, ended)

    async def _judge_all(self, own: OwnFeeds) -> bool:
        """Hold all stored articles against the definitions; False when those have changed meanwhile."""
        read = changed = 0
        async for article_ids in self._articles.scan():
            heed_cancellation()
            waiting = set(article_ids)
            while waiting:
                before = await self._articles.read(waiting)
                after = {i: judge_anew(known, own) for i, known in before.items()}
                new = [known for i, known in after.items() if known is not before[i]]
                stored = await self._articles.store(new, before) if new else []
                missed = {known.article.id for known in new} - {known.article.id for known in stored}
                await self._members.touch(_own_operations(k for i, k in after.items() if i not in missed))
                if missed and (await self._registry.view()).version != own.version:
                    return False
                read, changed, waiting = read + len(waiting - missed), changed + len(stored), missed
        log.info("own_feeds.settled", definitions=own.version, articles=read, changed=changed)
        return True


def _own_operations(articles: Iterable[KnownArticle]) -> dict[Selection, list[FeedOperation]]:
    by_feed: dict[Selection, list[FeedOperation]] = defaultdict(list)
    for known in articles:
        for selection, operation in operations(known).items():
            if is_own(selection):
                by_feed[selection].append(operation)
    return by_feed
