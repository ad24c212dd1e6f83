"""Turns events of the stream into deliveries: the body stored once, who polls it, one place in each queue."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from redis.asyncio import Redis

from services.feed.deliveries.bodies import Bodies
from services.feed.deliveries.delivery import NewDelivery
from services.feed.deliveries.endpoint import Endpoint, PayloadSort, delivery_id
from services.feed.deliveries.matching import Matching
from services.feed.deliveries.outcome import Trigger
from services.feed.deliveries.partner import Partner
from services.feed.deliveries.partner_events import PartnerEvents
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Known, Registry
from services.feed.deliveries.retention import Retention
from shared import keys
from shared.clock import Clock
from shared.events import ArticleEvent
from shared.timestamps import epoch_ms
from shared.trail import trail_of

_ENDPOINTS_AT_ONCE = 64
"""How many endpoints' deliveries go to Redis in one pipeline; bounds the memory that a batch takes."""


def nobody_to_wake(_: Collection[str] = ()) -> None:
    """Do nothing: the worker is another process, and looks by itself."""


@dataclass
class _Work:
    """What follows from a batch."""

    partition: int
    wanted: list[ArticleEvent] = field(default_factory=list)
    summarised: set[str] = field(default_factory=set)
    polled: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    queued: dict[str, list[NewDelivery]] = field(default_factory=dict)

    def add(self, event: ArticleEvent, endpoints: Sequence[Endpoint], partners: Sequence[Partner]) -> None:
        """Note whom an event goes to."""
        if endpoints or partners:
            self.wanted.append(event)
        if any(endpoint.payload is PayloadSort.SUMMARY for endpoint in endpoints):
            self.summarised.add(event.id)
        for partner in partners:
            self.polled.setdefault(partner.id, []).append((self.partition, event.id))
        for endpoint in endpoints:
            self.queued.setdefault(endpoint.id, []).append(_new_delivery(endpoint.id, event, self.partition))


@dataclass(frozen=True)
class TakeReport:
    """What a batch came to: deliveries that were not queued before."""

    queued: int

    def told(self) -> Mapping[str, int]:
        """Return it as it stands in the log."""
        return {"deliveries_queued": self.queued}


class Intake:
    """Takes batches of events. Taking one again changes nothing, for each delivery's id follows from it."""

    def __init__(
        self,
        redis: "Redis",
        registry: Registry,
        queue: DeliveryQueue,
        clock: Clock,
        *,
        wake: Callable[[Collection[str]], None] = nobody_to_wake,
        retention: Retention | None = None,
    ) -> None:
        self._redis = redis
        self._registry = registry
        self._queue = queue
        self._clock = clock
        self._wake = wake
        self._retention = retention or Retention()
        self._bodies = Bodies(redis, self._retention)
        self._polled = PartnerEvents(redis, self._retention)
        self._matching: tuple[Known | None, Matching] = (None, Matching((), ()))

    async def take(self, partition: int, events: Sequence[ArticleEvent]) -> TakeReport:
        """Queue every event for every endpoint that wants it. All of it is stored when this returns."""
        matching = self._matching_of(await self._registry.known())
        work = _Work(partition)
        for event in events:
            work.add(event, *matching.find(event))
        if not work.wanted:
            return TakeReport(0)
        # Bodies before all else: whatever points to an event can be read at once.
        await self._bodies.store(partition, work.wanted, work.summarised)
        await self._note_articles(work.wanted)
        if work.polled:
            await self._polled.append_all(work.polled, self._clock.now())
        remaining = iter(work.queued.items())
        queued = 0
        while some := dict(islice(remaining, _ENDPOINTS_AT_ONCE)):
            queued += sum(await self._queue.enqueue_all(some, self._clock.now()))
        self._wake(work.queued.keys())
        return TakeReport(queued)

    def _matching_of(self, known: Known) -> Matching:
        """Return who gets what, made anew only when somebody has changed."""
        latest, matching = self._matching
        if known is not latest:
            matching = Matching(known.endpoints.values(), known.partners)
            self._matching = (known, matching)
        return matching

    async def _note_articles(self, events: Sequence[ArticleEvent]) -> None:
        """Note which events an article had, so that its deliveries are found without looking at all."""
        pipe = self._redis.pipeline(transaction=False)
        for event in events:
            name = keys.article_events(event.article.id)
            pipe.zadd(name, {event.id: epoch_ms(event.timestamp)})
            pipe.expire(name, self._retention.body_lifetime)
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
        trail=trail_of(event.id),
    )
