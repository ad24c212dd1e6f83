"""What becomes of the entries that one read brought: applied and acknowledged, tried again, or given up.

Two sorts of failure are kept apart. What the infrastructure makes fail (Redis away, full, read-only) says
nothing about an event: the batch waits and is tried again. What an event itself makes fail is tried so many
times, alone, so that the others go on, and is then a dead letter.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.feed.consume.dead_letters import DeadLetter, bury
from services.feed.consume.stream_entry import StreamEntry, Unreadable, read_event
from services.feed.measures.tally import Tally
from shared import keys
from shared.cancellation import heed_cancellation
from shared.clock import Clock
from shared.events import ArticleEvent
from shared.logs import get_logger

log = get_logger(__name__)

Apply = Callable[[int, Sequence[ArticleEvent]], Awaitable[object]]
"""Stores all effects of some events of a partition. Repeating it, in any order, changes nothing."""

INFRASTRUCTURE = (RedisError, OSError)

MOST_ATTEMPTS = 5

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0
"""Seconds between two tries while the infrastructure fails."""

Readable = tuple[StreamEntry, ArticleEvent]


@dataclass(frozen=True)
class BatchRunner:
    """Carries batches of one partition through one consumer group."""

    redis: "Redis"
    partition: int
    group: str
    apply: Apply
    clock: Clock
    tally: Tally
    most_attempts: int = MOST_ATTEMPTS

    async def run(self, entries: Sequence[StreamEntry], *, reclaimed: bool) -> None:
        """Bring every entry to its end, or leave it pending for a later try.

        `reclaimed` entries were in somebody's hands before: each is first held against the number of its
        deliveries, since it may be the one that ended that process.
        """
        entries = await self._without_others(entries)
        if reclaimed:
            self.tally.redelivered(self.partition, self.group, len(entries))
            entries = [entry for entry in entries if not await self._bury_if_worn_out(entry)]
        readable: list[Readable] = []
        for entry in entries:
            event = read_event(entry)
            if isinstance(event, Unreadable):
                await self._bury(entry, event.reason, attempts=1)
            else:
                readable.append((entry, event))
        if readable:
            await self._apply(readable)

    async def _without_others(self, entries: Sequence[StreamEntry]) -> Sequence[StreamEntry]:
        """Return the entries without those put back for another group, which are done with here."""
        others = [entry for entry in entries if not entry.is_for(self.group)]
        if others:
            await self._acknowledge(others)
        return [entry for entry in entries if entry.is_for(self.group)]

    async def _apply(self, readable: Sequence[Readable]) -> None:
        try:
            await self._apply_through_outages([event for _, event in readable])
        except Exception as error:  # noqa: BLE001 - no outage: the event's own fault
            await self._apply_one_by_one(readable, error)
        else:
            await self._acknowledge([entry for entry, _ in readable])

    async def _apply_one_by_one(self, readable: Sequence[Readable], error: Exception) -> None:
        """Find the event that makes its batch fail; the others go on, that one stays pending or is buried."""
        if len(readable) > 1:
            for single in readable:
                await self._apply([single])
            return
        ((entry, event),) = readable
        attempts = await self._deliveries_of(entry)
        log.warning("event.failed", event_id=event.id, group=self.group, attempts=attempts, error=repr(error))
        if attempts >= self.most_attempts:
            await self._bury(entry, repr(error), attempts)

    async def _apply_through_outages(self, events: Sequence[ArticleEvent]) -> None:
        """Apply, and while Redis cannot take it wait and try again: the stream is the queue meanwhile."""
        pause = _FIRST_PAUSE
        while True:
            try:
                await self.apply(self.partition, events)
                heed_cancellation()
            except INFRASTRUCTURE as error:
                log.warning("batch.postponed", group=self.group, events=len(events), error=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                return

    async def _acknowledge(self, entries: Sequence[StreamEntry]) -> None:
        await self.redis.xack(keys.events(self.partition), self.group, *[entry.id for entry in entries])
        self.tally.applied(self.partition, self.group, len(entries))

    async def _bury_if_worn_out(self, entry: StreamEntry) -> bool:
        attempts = await self._deliveries_of(entry)
        if attempts <= self.most_attempts:
            return False
        await self._bury(entry, "no attempt came to an end: the process died or hung each time", attempts - 1)
        return True

    async def _bury(self, entry: StreamEntry, reason: str, attempts: int) -> None:
        letter = DeadLetter(entry, reason, attempts)
        await bury(self.redis, self.partition, self.group, letter, self.clock.now())
        self.tally.given_up(self.partition, self.group)
        log.error(
            "event.given_up",
            stream=keys.events(self.partition),
            group=self.group,
            entry=entry.id.decode(),
            reason=reason,
            attempts=attempts,
        )

    async def _deliveries_of(self, entry: StreamEntry) -> int:
        """Return how often the entry was handed to any consumer of the group; 0 when it is not pending."""
        found = await self.redis.xpending_range(
            keys.events(self.partition), self.group, entry.id, entry.id, 1
        )
        return int(found[0]["times_delivered"]) if found else 0
