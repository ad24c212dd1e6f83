"""Keeps the streams bounded: trims what is done with, drops old dead letters, removes dead consumers.

Every worker does so once a minute. Several at once do no harm: what one removed the others do not find.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.feed.consume.dead_consumers import remove_dead_consumers
from services.feed.consume.trimming import drop_old_dead_letters, trim
from shared import keys
from shared.cancellation import heed_cancellation
from shared.logs import get_logger
from shared.streams import GROUPS

log = get_logger(__name__)

_EVERY = 60.0
"""Seconds between two rounds."""


@dataclass(frozen=True)
class Upkeep:
    """Looks after all partitions; `events` and `dead_letters` say for how long those are kept."""

    redis: "Redis"
    partitions: int
    events: timedelta
    dead_letters: timedelta

    async def run(self) -> None:
        """Go round until cancelled; an outage of Redis leaves a round out."""
        while True:
            try:
                await self.go_round()
            except (RedisError, OSError) as error:
                log.warning("upkeep.postponed", error=str(error))
            heed_cancellation()
            await asyncio.sleep(_EVERY)

    async def go_round(self) -> None:
        """Do once what is to be done now. Raises redis-py's errors."""
        for partition in range(self.partitions):
            trimmed = 0
            # Each step trims so much that Redis is not held up; other work comes in between.
            while went := await trim(self.redis, partition, self.events):
                trimmed += went
            if trimmed:
                log.info("stream.trimmed", stream=keys.events(partition), entries=trimmed)
            for group in GROUPS:
                await self._look_after(partition, group)

    async def _look_after(self, partition: int, group: str) -> None:
        stream = keys.events(partition)
        if dropped := await drop_old_dead_letters(self.redis, partition, group, self.dead_letters):
            log.warning("dead_letters.dropped", stream=stream, group=group, letters=dropped)
        if gone := await remove_dead_consumers(self.redis, partition, group):
            log.info("consumers.removed", stream=stream, group=group, consumers=gone)
