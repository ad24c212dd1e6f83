"""Takes over what somebody read and did not finish, one entry at a time.

One at a time, because any of them may be what ended that process: then nothing else is in hand when it does
so again. And by the number of its attempts before it is read, since a read may be all that it takes.
FastStream's own reclaiming subscriber reads first.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from services.feed.consume.batch import BatchRunner
from services.feed.consume.dead_letters import DeadLetter
from services.feed.consume.stream_entry import StreamEntry
from services.feed.outage import through_outages
from shared.redis_connection import not_writable_because

RECLAIM_IDLE_MS = 15_000
"""When an entry counts as abandoned. The clock starts at the read: more than a batch's slowest handling."""

_PAUSE = 1.0
_LISTED_AT_ONCE = 64


@dataclass(frozen=True)
class _Abandoned:
    """An entry that was in hand for too long, and how often it was in anybody's."""

    id: bytes
    attempts: int


@dataclass(frozen=True)
class Reclaiming:
    """Looks after one partition and group, under the name of this process's reader of them."""

    redis: "Redis"
    runner: BatchRunner
    name: str
    idle_ms: int = RECLAIM_IDLE_MS

    async def run(self) -> None:
        """Reclaim until cancelled; an outage of Redis is waited for."""
        while True:
            abandoned = await through_outages(self._list, "looking for abandoned events")
            # While Redis is full nothing can be finished: then attempts would be counted that are none.
            if abandoned and await not_writable_because(self.redis) is None:
                for one in abandoned:
                    await self._take_over(one)
            if len(abandoned) < _LISTED_AT_ONCE:
                await asyncio.sleep(_PAUSE)

    async def _take_over(self, abandoned: _Abandoned) -> None:
        if abandoned.attempts >= self.runner.most_attempts:
            reason = "no attempt came to an end: the process died or hung each time"
            await self.runner.give_up(DeadLetter(abandoned.id, reason, abandoned.attempts))
            return
        claimed = await through_outages(lambda: self._claim(abandoned.id), "reclaiming an event")
        self.runner.tally.redelivered(self.runner.partition, self.runner.group, len(claimed))
        await self.runner.run(claimed)

    async def _list(self) -> list[_Abandoned]:
        found: list[Any] = await self.redis.xpending_range(
            self.runner.stream, self.runner.group, "-", "+", _LISTED_AT_ONCE, idle=self.idle_ms
        )
        return [_Abandoned(entry["message_id"], int(entry["times_delivered"])) for entry in found]

    async def _claim(self, entry_id: bytes) -> list[StreamEntry]:
        """Return the entry; nothing when somebody was quicker, or it is not on the stream any more."""
        claimed = await self.redis.xclaim(
            self.runner.stream, self.runner.group, self.name, self.idle_ms, [entry_id]
        )
        return [StreamEntry(*pair) for pair in claimed]
