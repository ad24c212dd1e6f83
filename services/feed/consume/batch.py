"""What becomes of the entries that one read brought: applied and acknowledged, tried again, or given up.

Two sorts of failure are kept apart. What the infrastructure makes fail (Redis away, full, read-only) says
nothing about an event: the batch waits and is tried again. What an event itself makes fail is tried so many
times, alone, so that the others go on, and is then a dead letter.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from redis.asyncio import Redis

from services.feed.consume.dead_letters import DeadLetter, bury
from services.feed.consume.stream_entry import ReadEntry, StreamEntry, Unreadable, read_entry
from services.feed.measures.tally import Tally
from services.feed.outage import through_outages
from shared import keys
from shared.clock import Clock
from shared.events import ArticleEvent
from shared.logs import get_logger
from shared.tracing import Attributes, tracing
from shared.trail import carrying

log = get_logger(__name__)


class Report(Protocol):
    """What applying came to."""

    def told(self) -> Mapping[str, int]:
        """Return it as it stands in the log."""
        ...


Apply = Callable[[int, Sequence[ArticleEvent]], Awaitable[Report]]
"""Stores all effects of some events of a partition. Repeating it, in any order, changes nothing."""

MOST_ATTEMPTS = 5


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

    @property
    def stream(self) -> str:
        """The stream that is consumed."""
        return keys.events(self.partition)

    async def run(self, entries: Sequence[StreamEntry]) -> None:
        """Bring every entry to its end, or leave it pending for a later try."""
        readable: list[ReadEntry] = []
        for entry in await self._without_others(entries):
            read = read_entry(entry)
            if isinstance(read, Unreadable):
                await self.give_up(DeadLetter(entry.id, read.reason, attempts=1))
            else:
                readable.append(read)
        if readable:
            await self._apply(readable)

    async def give_up(self, letter: DeadLetter) -> None:
        """Move an entry to the dead letters, unless somebody has finished it meanwhile."""
        buried = await through_outages(
            lambda: bury(self.redis, self.partition, self.group, letter, self.clock.now()), "burying an event"
        )
        if not buried:
            return
        self.tally.given_up(self.partition, self.group)
        log.error(
            "event.given_up",
            stream=self.stream,
            group=self.group,
            entry=letter.entry_id.decode(),
            event_id=letter.event and letter.event.id,
            reason=letter.reason,
            attempts=letter.attempts,
        )

    async def _without_others(self, entries: Sequence[StreamEntry]) -> Sequence[StreamEntry]:
        """Return the entries without those put back for another group, which are done with here."""
        others = [entry for entry in entries if not entry.is_for(self.group)]
        if others:
            await self._acknowledge(others)
        return [entry for entry in entries if entry.is_for(self.group)]

    async def _apply(self, readable: Sequence[ReadEntry]) -> None:
        events = [read.event for read in readable]
        begun, started = self.clock.now(), time.perf_counter()
        try:
            with carrying({read.event.id: read.trail for read in readable}):
                report = await through_outages(
                    lambda: self.apply(self.partition, events), f"applying to {self.group}"
                )
        except Exception as error:  # noqa: BLE001 - no outage: the event's own fault
            await self._apply_one_by_one(readable, error)
        else:
            await self._acknowledge([read.entry for read in readable])
            self.tally.applied(self.partition, self.group, len(readable))
            self._tell(readable, report, time.perf_counter() - started)
            self._trace(readable, begun)

    def _trace(self, readable: Sequence[ReadEntry], begun: datetime) -> None:
        if not tracing.on:
            return
        ended = self.clock.now()
        for read in readable:
            attributes: Attributes = {
                "newswire.event_id": read.event.id,
                "newswire.events_in_batch": len(readable),
            }
            parent = read.trail.traceparent
            tracing.record(
                f"apply to {self.group}", parent=parent, begun=begun, ended=ended, attributes=attributes
            )

    def _tell(self, readable: Sequence[ReadEntry], report: Report, seconds: float) -> None:
        log.info(
            "events.applied",
            group=self.group,
            partition=self.partition,
            events=len(readable),
            **report.told(),
            duration_ms=round(seconds * 1000, 1),
            event_ids=[read.event.id for read in readable],
            request_ids=sorted({read.trail.request_id for read in readable} - {""}),
        )

    async def _apply_one_by_one(self, readable: Sequence[ReadEntry], error: Exception) -> None:
        """Find the event that makes its batch fail; the others go on, that one stays pending or is buried."""
        if len(readable) > 1:
            for single in readable:
                await self._apply([single])
            return
        (read,) = readable
        attempts = await through_outages(lambda: self._attempts_at(read.entry), "counting attempts")
        # Not the error's own repr: redis-py's errors say "server:ResponseError" there, whatever happened.
        reason = f"{type(error).__name__}: {error}"
        log.warning(
            "event.failed",
            event_id=read.event.id,
            request_id=read.trail.request_id,
            group=self.group,
            attempts=attempts,
            error=reason,
        )
        if attempts >= self.most_attempts:
            await self.give_up(DeadLetter(read.entry.id, reason, attempts, read.event))

    async def _acknowledge(self, entries: Sequence[StreamEntry]) -> None:
        ids = [entry.id for entry in entries]
        await through_outages(lambda: self.redis.xack(self.stream, self.group, *ids), "acknowledging")

    async def _attempts_at(self, entry: StreamEntry) -> int:
        """Return how often the entry was handed to any consumer of the group; 0 when it is not pending."""
        found = await self.redis.xpending_range(self.stream, self.group, entry.id, entry.id, 1)
        return int(found[0]["times_delivered"]) if found else 0
