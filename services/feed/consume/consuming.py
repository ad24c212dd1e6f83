"""All consumers of one process, from start to end: readers, reclaimers, the watchdog."""

import asyncio
from collections.abc import Mapping

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from services.feed.consume.batch import Apply, BatchRunner
from services.feed.consume.consumer_died import ConsumerDiedError
from services.feed.consume.reclaiming import RECLAIM_IDLE_MS, Reclaiming
from services.feed.consume.subscriptions import make_broker, subscribe
from services.feed.consume.watchdog import STALE_AFTER, Watchdog
from services.feed.inflow import Inflow
from services.feed.measures.tally import Tally
from shared import keys
from shared.cancellation import heed_cancellation
from shared.clock import Clock
from shared.redis_connection import UNREACHABLE, mend

EMPTIED = (
    "Redis was emptied: all articles, feeds, partners and deliveries that were in it are gone. "
    "Restore a backup of its data, or publish and register anew."
)


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
        inflow: Inflow,
        reclaim_idle_ms: int = RECLAIM_IDLE_MS,
        stale_after: float = STALE_AFTER,
    ) -> None:
        self._redis = redis
        self._broker = make_broker(url)
        self._runners = runners = [
            BatchRunner(redis, partition, group, apply, clock, tally)
            for partition in range(partitions)
            for group, apply in applies.items()
        ]
        consumers = [subscribe(self._broker, runner, inflow) for runner in runners]
        self._watchdog = Watchdog(redis, consumers, stale_after)
        self._reclaiming = [
            Reclaiming(redis, runner, consumer.name, reclaim_idle_ms)
            for runner, consumer in zip(runners, consumers, strict=True)
        ]

    async def complaint(self) -> str | None:
        """Return why events are not consumed just now, in one sentence, or None."""
        return self._watchdog.complaint

    async def run(self) -> None:
        """Consume until cancelled; what is in hand then stays pending or is finished, never lost.

        Raises `ConsumerDiedError` when only a new process can go on.
        """
        try:
            client = await self._broker.connect()
            mend(client.connection_pool)
            await self._broker.start()
        except (RedisError, OSError) as error:
            raise ConsumerDiedError(f"Events cannot be read just now: {error}") from error
        tasks: list[asyncio.Task[None]] = []
        try:
            # What was asked during the start may have been swallowed there.
            heed_cancellation()
            parts = [self._watchdog.run(), *(reclaiming.run() for reclaiming in self._reclaiming)]
            tasks += [asyncio.create_task(part) for part in parts]
            await asyncio.gather(*tasks)
        except (ConsumerDiedError, ResponseError) as error:
            loss = await self._loss()
            if loss is None:
                raise
            raise ConsumerDiedError(loss) from error
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._broker.stop()

    async def _loss(self) -> str | None:
        """Return what is gone from Redis that every process relies on, None when nothing is."""
        try:
            if not await self._redis.exists(keys.partitions_registry()):
                return EMPTIED
            for runner in self._runners:
                try:
                    groups = await self._redis.xinfo_groups(runner.stream)
                except ResponseError:
                    return f"The stream {runner.stream} was deleted, with every event still to be taken in."
                if runner.group.encode() not in {group["name"] for group in groups}:
                    return (
                        f"Group {runner.group} on {runner.stream} was deleted. A new start makes it anew and "
                        "reads again from the beginning, to no further effect."
                    )
        except (ResponseError, *UNREACHABLE):
            return None
        return None
