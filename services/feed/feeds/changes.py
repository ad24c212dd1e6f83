"""Tells every process which feeds have changed, in one sorted set that processes poll (Redis).

The set holds each changed feed with the number of articles that had been applied when it last changed, and
that number itself. So it never grows beyond the number of feeds, one command brings a process up to date
however long it was away, and how fast articles come can be read from it. It stands on no feed's hash tag and
is written after the feeds: a crash in between is mended when the batch is applied again, or by the reading
processes, which trust nothing for longer than some seconds.
"""

from collections.abc import Collection
from dataclasses import dataclass

from redis.asyncio import Redis

from services.feed.feeds.selection import Selection
from shared import keys

# The counter is the member with the highest score: half a point above whatever was announced last. Its name
# says when it began, so that a store that was emptied is noticed.
_ANNOUNCE = """
local top = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
local counter, count = top[1], math.floor(tonumber(top[2] or '0')) + tonumber(ARGV[1])
if not counter then
  local time = redis.call('TIME')
  counter = '#' .. time[1] .. string.format('%06d', time[2])
end
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], count, ARGV[i]) end
return redis.call('ZADD', KEYS[1], count + 0.5, counter)
"""

_URGENT = "!"


@dataclass(frozen=True)
class Position:
    """How far a process has read: the counter's name (empty before the first announcement) and its score."""

    counter: bytes
    score: float


START = Position(b"", 0.0)
"""Before anything was read."""


@dataclass(frozen=True)
class News:
    """What was announced since a position; `everything` when there is no telling, because the set is new.

    `urgent` feeds are among the `changed` ones. `articles` were applied meanwhile.
    """

    position: Position
    changed: frozenset[Selection] = frozenset()
    urgent: frozenset[Selection] = frozenset()
    articles: int = 0
    everything: bool = False


@dataclass(frozen=True)
class Changes:
    """The announcements of all feeds' changes."""

    redis: "Redis"

    async def announce(
        self, selections: Collection[Selection], *, articles: int = 1, urgent: bool = False
    ) -> None:
        """Say that feeds have changed, after they have; once too often does no harm.

        `urgent` changes show at once, even while so much changes that readers are shown some of it together.
        """
        if not selections:
            return
        members = [f"{_URGENT}{selection}" if urgent else selection for selection in selections]
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.eval(_ANNOUNCE, 1, keys.feed_changes(), max(articles, 1), *members)
            await pipe.execute()

    async def since(self, position: Position) -> News:
        """Return what was announced after a position, in one command."""
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.zrange(keys.feed_changes(), position.score, "+inf", byscore=True, withscores=True)
            (rows,) = await pipe.execute()
        return _news(rows, position)


def _news(rows: list[tuple[bytes, float]], position: Position) -> News:
    """Return what the rows say; without the counter that was read before, everything may have."""
    if not rows:
        return News(START, everything=position != START)
    *feeds, (counter, score) = rows
    reached = Position(counter, float(score))
    if counter != position.counter:
        return News(reached, everything=True)
    names = [member.decode() for member, _ in feeds]
    return News(
        reached,
        changed=frozenset(Selection(name.removeprefix(_URGENT)) for name in names),
        urgent=frozenset(Selection(name[1:]) for name in names if name.startswith(_URGENT)),
        articles=int(reached.score - position.score),
    )
