"""The steps of a queue's test: put in, take in hand, end."""

from collections.abc import Sequence
from datetime import datetime

from services.feed.deliveries.attempt import Attempt
from services.feed.deliveries.delivery import DeliveryStatus, NewDelivery
from services.feed.deliveries.endpoint import delivery_id
from services.feed.deliveries.lease import Ask, Finish, Hand, Lease
from services.feed.deliveries.outcome import ErrorClass, Trigger
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.turn import Recorded
from tests.builders import NOON, an_event

A_HAND = Hand("somebody", 1)


async def enqueue(
    queue: DeliveryQueue, endpoint_id: str, count: int = 1, *, now: datetime = NOON
) -> list[str]:
    """Queue so many deliveries of new events, and return their ids."""
    events = [an_event() for _ in range(count)]
    new = [
        NewDelivery(
            id=delivery_id(endpoint_id, event.id),
            event_id=event.id,
            event_type=event.type,
            event_at=event.timestamp,
            partition=0,
            trigger=Trigger.EVENT,
        )
        for event in events
    ]
    assert await queue.enqueue_all({endpoint_id: new}, now) == [count]
    return [delivery.id for delivery in new]


async def leased(
    queue: DeliveryQueue, asks: Sequence[Ask], now: datetime, hand: Hand = A_HAND
) -> list[Lease]:
    """Take deliveries in hand as a worker does, the marks for others included."""
    turn = await queue.turn((), asks, now, hand=hand)
    await queue.mark(turn.marks)
    return turn.leases


async def finished(queue: DeliveryQueue, finishes: Sequence[Finish]) -> list[Recorded | None]:
    """Write down ends as a worker does, the marks for others included."""
    turn = await queue.turn(finishes, (), NOON, hand=A_HAND)
    await queue.mark(turn.marks)
    return turn.recorded


def ended(
    lease: Lease, status: DeliveryStatus, *, now: datetime = NOON, next_at: datetime | None = None
) -> Finish:
    """Return the end of an attempt that took 7 ms and, unless delivered, was answered with 500."""
    error = None if status is DeliveryStatus.DELIVERED else ErrorClass.STATUS
    attempt = Attempt(
        number=lease.attempts + 1,
        at=now,
        trigger=lease.trigger,
        duration_ms=7,
        status=204 if error is None else 500,
        error=error,
        detail=None,
        excerpt=None,
    )
    return Finish(lease, attempt, status, next_at, now)
