"""Takes over what somebody read and did not finish: together at first, one entry at a time from then on.

Most who die are killed, and what they had read harms nobody. But any entry may be what ended that process:
those that were taken over before are taken singly, so that nothing else is in hand when one does so again.
And by the number of its attempts before it is read, since a read may be all that it takes. FastStream's own
reclaiming subscriber reads first.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from services.feed.consume.batch import BatchRunner
from services.feed.consume.dead_letters import DeadLetter
from services.feed.consume.stream_entry import StreamEntry
from services.feed.outage import through_outages
from shared.redis_connection import not_writable_because

RECLAIM_IDLE_MS = 10_000
"""When an entry counts as abandoned. The clock starts at the read: seven times the slowest of 15,684 batches
under the load of the long fault run (1.4 s). One that takes longer is applied twice, to no further effect."""

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
            writable = not abandoned or await not_writable_because(self.redis) is None
            if writable:
                await self._take_over(abandoned)
            if not writable or len(abandoned) < _LISTED_AT_ONCE:
                await asyncio.sleep(_PAUSE)

    async def _take_over(self, abandoned: Sequence[_Abandoned]) -> None:
        """Take over what was in one hand so far, then the others, each by itself."""
        if once := [one.id for one in abandoned if one.attempts <= 1]:
            await self._run(once)
        for one in abandoned:
            if one.attempts >= self.runner.most_attempts:
                reason = "no attempt came to an end: the process died or hung each time"
                await self.runner.give_up(DeadLetter(one.id, reason, one.attempts))
            elif one.attempts > 1:
                await self._run([one.id])

    async def _run(self, entry_ids: Sequence[bytes]) -> None:
        claimed = await through_outages(lambda: self._claim(entry_ids), "reclaiming events")
        self.runner.tally.redelivered(self.runner.partition, self.runner.group, len(claimed))
        await self.runner.run(claimed)

    async def _list(self) -> list[_Abandoned]:
        found: list[Any] = await self.redis.xpending_range(
            self.runner.stream, self.runner.group, "-", "+", _LISTED_AT_ONCE, idle=self.idle_ms
        )
        return [_Abandoned(entry["message_id"], int(entry["times_delivered"])) for entry in found]

    async def _claim(self, entry_ids: Sequence[bytes]) -> list[StreamEntry]:
        """Return the entries but those where somebody was quicker, or that are not on the stream any more."""
        claimed = await self.redis.xclaim(
            self.runner.stream, self.runner.group, self.name, self.idle_ms, list(entry_ids)
        )
        return [StreamEntry(*pair) for pair in claimed]
