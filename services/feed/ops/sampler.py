"""Looks at Redis once a second, whatever the number of viewers, and never shows an old look as a new one."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.feed.measures.names import Reached, Totals
from services.feed.ops.history import History
from services.feed.ops.latency_window import LatencyWindow
from services.feed.ops.look import look
from services.feed.ops.numbers import (
    Backlog,
    EndpointNumbers,
    FeedNumbers,
    FreshFeed,
    GroupNumbers,
    LatencyNumbers,
    ReadEndpoints,
    ReadFeeds,
    State,
)
from services.feed.ops.summary import overall_state, without_numbers
from shared import keys
from shared.cancellation import heed_cancellation
from shared.clock import Clock
from shared.redis_connection import UNREACHABLE
from shared.streams import GROUPS
from shared.timestamps import from_epoch_ms

INTERVAL = 1.0
"""Seconds between two looks."""

SPACING = 1.0
"""Seconds at least between two looks, however many viewers ask for a fresh one and wait for it."""

STALE_AFTER = timedelta(seconds=5)
"""Older numbers are not shown: no data is an alarm too."""

PATIENCE = 3.0
"""Seconds that one look may take; a Redis that is slower counts as away."""


class Sampler:
    """Keeps a minute of samples of every stream and group, and the numbers that follow from them."""

    def __init__(
        self,
        redis: "Redis",
        partitions: int,
        clock: Clock,
        *,
        read_endpoints: ReadEndpoints,
        read_feeds: ReadFeeds,
        interval: float = INTERVAL,
        spacing: float = SPACING,
        patience: float = PATIENCE,
    ) -> None:
        self._redis = redis
        self._partitions = partitions
        self._read_endpoints = read_endpoints
        self._read_feeds = read_feeds
        self._clock = clock
        self._interval = interval
        self._spacing = spacing
        self._patience = patience
        self._histories: dict[tuple[str, str], History] = defaultdict(History)
        self._latencies = LatencyWindow()
        self._endpoints: Sequence[EndpointNumbers] = ()
        self._feeds: Sequence[FeedNumbers] = ()
        self._turn = asyncio.Lock()
        self._begun = self._done = 0
        self._next_look_at = 0.0
        self._looked_at = clock.now()
        self._state_since: tuple[State, datetime] = (State.UNKNOWN, clock.now())
        self._latest = self._unknown("Redis has not been looked at yet.")
        self.totals = Totals()
        """Everything that all processes counted, as last seen."""

    async def run(self) -> None:
        """Look at Redis for ever; one that is away is said to be away until it is back."""
        while True:
            await self.fresh()
            heed_cancellation()
            await asyncio.sleep(self._interval)

    def latest(self) -> Backlog:
        """Return the numbers of the latest look, or why there are none young enough."""
        silence = self._clock.now() - self._looked_at
        if silence > STALE_AFTER:
            return self._unknown(f"Redis was last looked at {silence.total_seconds():.0f} s ago.")
        return self._latest

    async def fresh(self) -> Backlog:
        """Return the numbers of a look that began after this call; those who wait share one."""
        begun_before = self._begun
        async with self._turn:
            if self._done <= begun_before:
                await self._wait_for_spacing()
                self._begun += 1
                self._latest = await self._look()
                self._looked_at = self._clock.now()
                self._done = self._begun
            return self._latest

    async def _wait_for_spacing(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._next_look_at - loop.time()))
        self._next_look_at = loop.time() + self._spacing

    async def _look(self) -> Backlog:
        try:
            async with asyncio.timeout(self._patience):
                seen = await look(self._redis, self._partitions)
                self._endpoints = tuple(await self._read_endpoints())
                self._feeds = tuple(_shown(feed) for feed in await self._read_feeds())
        except UNREACHABLE:
            return self._unknown("Redis cannot be reached.")
        except RedisError as error:
            return self._unknown(f"Redis cannot be read: {error}")
        self.totals = seen.totals
        streams = tuple(self._histories[s.stream, s.group].add(s) for s in seen.samples)
        state = overall_state(streams, self._endpoints)
        at = from_epoch_ms(seen.at_ms)
        return Backlog(
            at=at,
            state=state,
            since=self._since(state, at),
            redis_reachable=True,
            streams=streams,
            endpoints=tuple(self._endpoints),
            feeds=tuple(self._feeds),
            latencies=self._latencies.add(seen.at_ms, seen.totals.latencies),
        )

    def _unknown(self, reason: str) -> Backlog:
        """Return every row that there should be, without a number: old ones would look like new ones."""
        now = self._clock.now()
        return Backlog(
            at=now,
            state=State.UNKNOWN,
            since=self._since(State.UNKNOWN, now),
            redis_reachable=False,
            reason=reason,
            streams=tuple(
                GroupNumbers(stream=keys.events(partition), group=group)
                for partition in range(self._partitions)
                for group in GROUPS
            ),
            endpoints=tuple(without_numbers(endpoint) for endpoint in self._endpoints),
            feeds=tuple(FeedNumbers(feed=feed.feed) for feed in self._feeds),
            latencies=tuple(LatencyNumbers(reached=reached) for reached in Reached),
        )

    def _since(self, state: State, at: datetime) -> datetime:
        if self._state_since[0] is not state:
            self._state_since = (state, at)
        return self._state_since[1]


def _shown(feed: FreshFeed) -> FeedNumbers:
    return FeedNumbers(feed=feed.selection, articles=feed.articles, updated_at=feed.updated)
