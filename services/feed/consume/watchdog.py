"""Crash-only: a process that can no longer consume says why and ends, and is started again from outside.

The stock behaviour is a process that stays up, answers 200 and is deaf for good (measured after FLUSHALL).
"""

import asyncio
import time
from collections.abc import Sequence

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from services.feed.consume.consumer_died import ConsumerDiedError
from services.feed.consume.subscriptions import Consumer
from shared.cancellation import heed_cancellation
from shared.redis_connection import UNREACHABLE, not_writable_because

STALE_AFTER = 10.0
"""Seconds without a read after which a consumer counts as dead."""

_INTERVAL = 1.0
_STOOD_STILL = 2.0
"""Seconds that an interval took when the whole process did nothing meanwhile."""

_LONGEST_WORK = 300.0
"""Seconds on one batch after which it will never end. A large one on a busy machine takes its time, and to
end the process would only double it; what it holds is taken over by others meanwhile."""


class Watchdog:
    """Looks at every consumer from Redis's side: when it last asked for something to do.

    `complaint` is what is wrong just now in one sentence, or None; readiness tells it on.
    """

    def __init__(
        self, redis: "Redis", consumers: Sequence[Consumer], stale_after: float = STALE_AFTER
    ) -> None:
        self._redis = redis
        self._consumers = consumers
        self._stale_after = stale_after
        self._counting_since = time.monotonic()
        self.complaint: str | None = None

    async def run(self) -> None:
        """Watch until cancelled. Raises `ConsumerDiedError` when a restart is the only cure."""
        self._counting_since = time.monotonic()
        while True:
            began = time.monotonic()
            await asyncio.sleep(_INTERVAL)
            if time.monotonic() - began > _STOOD_STILL:
                # Stopped, or starved: the readers could ask for nothing, and are about to.
                self._counting_since = time.monotonic()
            await self._look()
            heed_cancellation()

    async def _look(self) -> None:
        for consumer in self._consumers:
            self._check_reader(consumer)
        try:
            silent = [c for c in self._consumers if await self._silent_for(c) > self._stale_after]
        except UNREACHABLE:
            self._excuse("Redis cannot be reached.")
            return
        if not silent:
            self.complaint = None
        elif refusal := await not_writable_because(self._redis):
            self._excuse(refusal)
        else:
            raise ConsumerDiedError(
                f"Group {silent[0].group} on {silent[0].stream} has not read for {self._stale_after:.0f} s."
            )

    def _excuse(self, complaint: str) -> None:
        """Give the readers their whole time again: no restart of ours brings Redis back."""
        self._counting_since = time.monotonic()
        self.complaint = complaint

    def _check_reader(self, consumer: Consumer) -> None:
        tasks = consumer.subscriber.tasks
        if not consumer.subscriber.running or any(task.done() for task in tasks):
            raise ConsumerDiedError(f"The reader of group {consumer.group} on {consumer.stream} has stopped.")

    async def _silent_for(self, consumer: Consumer) -> float:
        """Return for how many seconds the consumer has asked for nothing, of those that count."""
        try:
            known = await self._redis.xinfo_consumers(consumer.stream, consumer.group)
        except ResponseError as error:
            raise ConsumerDiedError(
                f"Group {consumer.group} on {consumer.stream} is gone ({error}); a new start makes it anew."
            ) from error
        if consumer.work.since is not None:
            at_work = time.monotonic() - consumer.work.since
            return at_work if at_work > _LONGEST_WORK else 0.0
        counted = time.monotonic() - max(self._counting_since, consumer.work.ended)
        idle_ms = next((c["idle"] for c in known if c["name"] == consumer.name.encode()), None)
        return counted if idle_ms is None else min(idle_ms / 1000, counted)
