"""Sends deliveries once more: sees to it that the event's body lives long enough, then queues them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from redis.asyncio import Redis

from services.feed.deliveries.bodies import Bodies
from services.feed.deliveries.delivery import Delivery
from services.feed.deliveries.outcome import Trigger
from services.feed.deliveries.queue import DeliveryQueue
from shared import keys


class Resending:
    """What `retry` and `replay` have in common."""

    def __init__(self, redis: "Redis", queue: DeliveryQueue, bodies: Bodies) -> None:
        self._redis = redis
        self._queue = queue
        self._bodies = bodies

    async def send_again(
        self, endpoint_id: str, delivery_ids: Sequence[str], now: datetime, *, trigger: Trigger, again: bool
    ) -> list[bool | None]:
        """Queue deliveries of one endpoint once more; parameters and result as of `DeliveryQueue.requeue`."""
        if not delivery_ids:
            return []
        pipe = self._redis.pipeline(transaction=False)
        for delivery_id in delivery_ids:
            pipe.hmget(keys.delivery(endpoint_id, delivery_id), "partition", "event_id")
        places = [(int(where), name.decode()) for where, name in await pipe.execute() if name]
        # Before the queue: once it is pending, the sweep looks after its body.
        await self._bodies.renew(places)
        return await self._queue.requeue(endpoint_id, delivery_ids, now, trigger=trigger, again=again)

    async def send_all_again(self, deliveries: Iterable[Delivery], now: datetime) -> int:
        """Queue deliveries of any endpoints, and return how many; what is about to be sent stays as it is."""
        by_endpoint: dict[str, list[str]] = {}
        for delivery in deliveries:
            by_endpoint.setdefault(delivery.endpoint, []).append(delivery.id)
        queued = 0
        for endpoint_id, ids in by_endpoint.items():
            results = await self.send_again(endpoint_id, ids, now, trigger=Trigger.MANUAL, again=False)
            queued += sum(bool(result) for result in results)
        return queued
