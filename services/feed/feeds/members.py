"""Which articles each feed holds, in which order, and the version that moves with every change of it (Redis).

All keys of one feed bear the feed's tag, and one script changes them together: whoever sees a feed's version
sees everything that belongs to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from services.feed.feeds.applying import FeedOperation
from services.feed.feeds.changes import Changes
from services.feed.feeds.member_scripts import CLEAR, DROP, OPEN, TOUCH
from services.feed.feeds.own_feed import name_of, title_in
from services.feed.feeds.selection import ALL, Selection, is_own
from shared import keys

_AT_A_TIME = 100

TOLD_FOR_MS = 30 * 24 * 60 * 60 * 1000
"""How long a withdrawal is told of in the feeds that held the article (milliseconds)."""


@dataclass(frozen=True)
class FeedState:
    """A feed's version, when its content last changed (ms since 1970), and when the server noticed (µs).

    All are 0 for a feed that has never held anything.
    """

    version: int
    updated: int
    modified: int


@dataclass(frozen=True)
class Members:
    """The indices and states of all feeds."""

    redis: "Redis"

    async def register(self, titles: Mapping[Selection, str]) -> None:
        """Make feeds known; the title that came first stays."""
        if not titles:
            return
        async with self.redis.pipeline(transaction=False) as pipe:
            for selection, title in titles.items():
                pipe.hsetnx(keys.feeds(), selection, title)
            await pipe.execute()

    async def touch(
        self, operations: Mapping[Selection, Sequence[FeedOperation]], *, force: bool = False
    ) -> int:
        """Do what is new to each feed and return how many feeds changed.

        With `force`, what a feed has taken account of is done again, and every feed counts as changed.
        """
        if not operations:
            return 0
        async with self.redis.pipeline(transaction=False) as pipe:
            for selection, wanted in operations.items():
                of_feed = feed_keys(selection)
                pipe.eval(TOUCH, len(of_feed), *of_feed, int(force), TOLD_FOR_MS, *_arguments(wanted))
            changed: int = sum(await pipe.execute())
        await self._announce(operations)
        return changed

    async def titles(self) -> dict[Selection, str]:
        """Return all known feeds with their titles."""
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.hgetall(keys.feeds())
            (found,) = await pipe.execute()
        return {Selection(name.decode()): title.decode() for name, title in found.items()}

    async def state(self, selection: Selection) -> tuple[str | None, FeedState]:
        """Return a feed's title, None when no article was ever in it, and its state: one round trip.

        A feed of an operator's own has its title from its definition, and is there as long as that is.
        """
        own = is_own(selection)
        where = (keys.own_feeds(), name_of(selection)) if own else (keys.feeds(), selection)
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.hget(*where)
            pipe.hmget(keys.feed_state(selection), ["version", "updated", "modified"])
            title, row = await pipe.execute()
        if own:
            return title_in(selection, title), _state(row)
        return (title.decode() if title is not None else None), _state(row)

    async def newest(self, selection: Selection, count: int) -> list[str]:
        """Return the ids of the newest articles, newest first; the later id first among equals."""
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.zrevrange(keys.feed_index(selection), 0, count - 1)
            (found,) = await pipe.execute()
        return [article_id.decode() for article_id in found]

    async def open(self, lives: Mapping[Selection, int]) -> None:
        """Let the operators' feeds begin, empty, each at its version of the definitions, unless it has."""
        async with self.redis.pipeline(transaction=False) as pipe:
            for selection, life in lives.items():
                pipe.eval(OPEN, 4, *feed_keys(selection), life)
            await pipe.execute()

    async def clear(self, ended: Mapping[Selection, int]) -> None:
        """Remove all that is kept of feeds that ended, each at its version, unless it has begun anew."""
        async with self.redis.pipeline(transaction=False) as pipe:
            for selection, version in ended.items():
                of_feed = (*feed_keys(selection), *keys.feed_renditions(selection))
                pipe.eval(CLEAR, len(of_feed), *of_feed, version)
            await pipe.execute()

    async def overview(self, selections: Sequence[Selection]) -> list[tuple[FeedState, int, str | None]]:
        """Return for each feed its state, the number of its articles and the id of the newest.

        However many feeds there are, other requests get their turn in between.
        """
        found: list[tuple[FeedState, int, str | None]] = []
        for start in range(0, len(selections), _AT_A_TIME):
            found += await self._overview(selections[start : start + _AT_A_TIME])
        return found

    async def _overview(self, selections: Sequence[Selection]) -> list[tuple[FeedState, int, str | None]]:
        async with self.redis.pipeline(transaction=False) as pipe:
            for selection in selections:
                pipe.hmget(keys.feed_state(selection), ["version", "updated", "modified"])
                pipe.zcard(keys.feed_index(selection))
                pipe.zrevrange(keys.feed_index(selection), 0, 0)
            rows = await pipe.execute()
        return [
            (_state(rows[i]), int(rows[i + 1]), rows[i + 2][0].decode() if rows[i + 2] else None)
            for i in range(0, len(rows), 3)
        ]

    async def mark(self) -> str:
        """Return what moves whenever the feed of everything changed, a feed became known or was redefined."""
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.hlen(keys.feeds())
            pipe.get(keys.own_feeds_version())
            pipe.get(keys.own_feeds_settled())
            pipe.hmget(keys.feed_state(ALL), ["version", "updated", "modified"])
            return repr(await pipe.execute())

    async def recorded_versions(self, selection: Selection) -> dict[str, bytes]:
        """Return every article that a feed holds or tells of as withdrawn, with its recorded version."""
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.hgetall(keys.feed_versions(selection))
            pipe.zrange(keys.feed_index(selection), 0, -1)
            pipe.zrange(keys.feed_withdrawn(selection), 0, -1)
            versions, members, withdrawn = await pipe.execute()
        return {member.decode(): versions.get(member, b"") for member in (*members, *withdrawn)}

    async def drop(self, selection: Selection, strays: Mapping[str, bytes]) -> int:
        """Take members out, each only if its recorded version is still the given one; return how many."""
        async with self.redis.pipeline(transaction=False) as pipe:
            for article_id, version in strays.items():
                pipe.eval(DROP, 4, *feed_keys(selection), article_id, version)
            dropped: int = sum(await pipe.execute())
        await Changes(self.redis).announce([selection], urgent=True)
        return dropped

    async def _announce(self, operations: Mapping[Selection, Sequence[FeedOperation]]) -> None:
        """Tell the processes that serve. All feeds, changed or not: a crash may have kept it back before."""
        changes = Changes(self.redis)
        articles = len({operation.article_id for wanted in operations.values() for operation in wanted})
        left = {s for s, wanted in operations.items() if any(operation.score is None for operation in wanted)}
        await changes.announce(operations.keys() - left, articles=articles)
        await changes.announce(left, articles=articles, urgent=True)


def feed_keys(selection: Selection) -> tuple[str, str, str, str]:
    """Return the keys that one script changes together."""
    return (
        keys.feed_index(selection),
        keys.feed_versions(selection),
        keys.feed_state(selection),
        keys.feed_withdrawn(selection),
    )


def _arguments(operations: Sequence[FeedOperation]) -> list[str | int]:
    arguments: list[str | int] = []
    for operation in operations:
        score = "" if operation.score is None else operation.score
        gone = "" if operation.withdrawn_at is None else operation.withdrawn_at
        arguments += [operation.article_id, operation.version, score, operation.touched_at, gone]
    return arguments


def _state(row: Sequence[bytes | None]) -> FeedState:
    return FeedState(*(int(value or 0) for value in row))
