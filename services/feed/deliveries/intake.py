"""Turns events of the stream into deliveries: who gets it, the body stored once, one place in each queue."""

from collections.abc import Callable, Sequence
from itertools import islice

from redis.asyncio import Redis

from services.feed.deliveries.delivery import NewDelivery
from services.feed.deliveries.endpoint import delivery_id
from services.feed.deliveries.matching import endpoints_for
from services.feed.deliveries.outcome import Trigger
from services.feed.deliveries.payload import event_body
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from shared import keys
from shared.clock import Clock
from shared.events import ArticleEvent

_ENDPOINTS_AT_ONCE = 64
"""How many endpoints' deliveries go to Redis in one pipeline; bounds the memory that a batch takes."""


def nobody_to_wake() -> None:
    """Do nothing: the worker is another process, and looks by itself."""


class Intake:
    """Takes batches of events. Taking one again changes nothing, for each delivery's id follows from it."""

    def __init__(
        self,
        redis: "Redis",
        registry: Registry,
        queue: DeliveryQueue,
        clock: Clock,
        *,
        wake: Callable[[], None] = nobody_to_wake,
    ) -> None:
        self._redis = redis
        self._registry = registry
        self._queue = queue
        self._clock = clock
        self._wake = wake

    async def take(self, partition: int, events: Sequence[ArticleEvent]) -> None:
        """Queue every event for every endpoint that wants it. All of it is stored when this returns."""
        endpoints = (await self._registry.view()).values()
        work: dict[str, list[NewDelivery]] = {}
        wanted: list[ArticleEvent] = []
        for event in events:
            matching = endpoints_for(event, endpoints)
            if matching:
                wanted.append(event)
            for endpoint in matching:
                work.setdefault(endpoint.id, []).append(_new_delivery(endpoint.id, event, partition))
        if not wanted:
            return
        await self._store_bodies(partition, wanted)
        remaining = iter(work.items())
        while some := dict(islice(remaining, _ENDPOINTS_AT_ONCE)):
            await self._queue.enqueue_all(some, self._clock.now())
        self._wake()

    async def _store_bodies(self, partition: int, events: Sequence[ArticleEvent]) -> None:
        pipe = self._redis.pipeline(transaction=False)
        for event in events:
            pipe.set(keys.payload(partition, event.id), event_body(event))
        await pipe.execute()


def _new_delivery(endpoint_id: str, event: ArticleEvent, partition: int) -> NewDelivery:
    return NewDelivery(
        id=delivery_id(endpoint_id, event.id),
        event_id=event.id,
        event_type=event.type,
        event_at=event.timestamp,
        partition=partition,
        trigger=Trigger.EVENT,
        article_id=event.article.id,
        version=event.version,
    )
