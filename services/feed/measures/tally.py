"""Counts what this process does, and adds it once a second to what all processes did (Redis).

So the numbers of workers, which serve no HTTP, are read where all others are, and outlive every process. What
a killed process counted in its last second is missing; when Redis fails at the wrong moment a second may be
counted twice. They are for looking, and no decision rests on them.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.feed.measures import names
from services.feed.measures.histogram import bucket_of
from services.feed.measures.names import Reached
from shared import keys
from shared.cancellation import heed_cancellation
from shared.clock import Clock
from shared.logs import get_logger

log = get_logger(__name__)

_INTERVAL = 1.0

_MILLISECOND = timedelta(milliseconds=1)


class Tally:
    """The counts of one process that are not added yet."""

    def __init__(self, redis: "Redis", clock: Clock) -> None:
        self._redis = redis
        self._clock = clock
        self._counts: Counter[str] = Counter()

    def arrived(self, reached: Reached, accepted_at: datetime) -> None:
        """Note that an article has just arrived that was accepted then; by clocks that disagree, at once."""
        milliseconds = max(0, (self._clock.now() - accepted_at) // _MILLISECOND)
        self._counts[names.latency(reached, bucket_of(milliseconds))] += 1
        self._counts[names.latency_sum(reached)] += milliseconds

    def applied(self, partition: int, group: str, entries: int) -> None:
        """Count entries whose effects are stored."""
        self._counts[names.entries("applied", partition, group)] += entries

    def redelivered(self, partition: int, group: str, entries: int) -> None:
        """Count entries that are handed out once more."""
        self._counts[names.entries("redelivered", partition, group)] += entries

    def given_up(self, partition: int, group: str) -> None:
        """Count an entry that became a dead letter."""
        self._counts[names.entries("given_up", partition, group)] += 1

    def attempted(self, outcome: str) -> None:
        """Count an attempt of a delivery."""
        self._counts[names.attempts(outcome)] += 1

    async def run(self) -> None:
        """Add up once a second until cancelled."""
        while True:
            await asyncio.sleep(_INTERVAL)
            await self._add_or_keep()
            heed_cancellation()

    async def close(self) -> None:
        """Add up a last time, when everything that counts has ended; Redis is not waited for."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_INTERVAL):
                await self._add_or_keep()

    async def _add_or_keep(self) -> None:
        try:
            await self.add_up()
        except (RedisError, OSError) as error:
            log.warning("tally.postponed", error=str(error))

    async def add_up(self) -> None:
        """Add what was counted. Raises redis-py's errors, and then keeps it for the next time."""
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                for name, count in counts.items():
                    pipe.hincrby(keys.tally(), name, count)
                await pipe.execute()
        except BaseException:
            self._counts.update(counts)
            raise
