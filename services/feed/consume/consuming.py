"""All consumers of one process, from start to end: the broker, its subscribers, the watchdog over them."""

from collections.abc import Mapping

from redis.asyncio import Redis

from services.feed.consume.batch import Apply, BatchRunner
from services.feed.consume.subscriptions import RECLAIM_IDLE_MS, make_broker, subscribe
from services.feed.consume.watchdog import STALE_AFTER, Watchdog
from services.feed.measures.tally import Tally
from shared.clock import Clock


class Consuming:
    """Carries every event of every partition into each group's `Apply`, independently of the other groups."""

    def __init__(
        self,
        url: str,
        redis: "Redis",
        *,
        partitions: int,
        applies: Mapping[str, Apply],
        clock: Clock,
        tally: Tally,
        reclaim_idle_ms: int = RECLAIM_IDLE_MS,
        stale_after: float = STALE_AFTER,
    ) -> None:
        self._broker = make_broker(url)
        consumers = [
            consumer
            for partition in range(partitions)
            for group, apply in applies.items()
            for consumer in subscribe(
                self._broker, BatchRunner(redis, partition, group, apply, clock, tally), reclaim_idle_ms
            )
        ]
        self._watchdog = Watchdog(redis, consumers, stale_after)

    async def complaint(self) -> str | None:
        """Return why events are not consumed just now, in one sentence, or None."""
        return self._watchdog.complaint

    async def run(self) -> None:
        """Consume until cancelled; what is in hand then stays pending or is finished, never lost.

        Raises `ConsumerDiedError` when only a new process can go on.
        """
        await self._broker.start()
        try:
            await self._watchdog.run()
        finally:
            await self._broker.stop()
