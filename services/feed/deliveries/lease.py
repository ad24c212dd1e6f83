"""A delivery in a worker's hand, and how it and its end are told to the scripts of the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from services.feed.deliveries import breaker
from services.feed.deliveries.delivery import Attempt, DeliveryStatus, NewDelivery
from services.feed.deliveries.endpoint import CONCURRENCY
from services.feed.deliveries.outcome import Trigger
from shared import keys
from shared.timestamps import epoch_ms, from_epoch_ms

LATENCIES_KEPT = 200
"""How many of an endpoint's latest attempts its success rate and percentiles are about."""

_BURST_SECONDS = 0.2
"""So much of a second's worth may begin at once: more than the pause between two looks of a worker."""

_MILLISECOND = timedelta(milliseconds=1)

STATUSES = ("pending", "retrying", "delivered", "dead")
"""In the order in which the scripts take their keys."""


@dataclass(frozen=True)
class Lease:
    """A delivery in hand. Only who knows the `token` can finish it."""

    delivery_id: str
    endpoint_id: str
    token: int
    event_id: str
    event_type: str
    partition: int
    attempts: int
    steps_taken: int
    trigger: Trigger


@dataclass(frozen=True)
class Ask:
    """How many deliveries of an endpoint somebody can take in hand now.

    `concurrency` is how many may be in all hands, `rate_limit` how many a second are begun by all.
    """

    endpoint_id: str
    most: int
    concurrency: int = CONCURRENCY
    rate_limit: float | None = None


@dataclass(frozen=True)
class Finish:
    """What became of a leased delivery."""

    lease: Lease
    attempt: Attempt
    status: DeliveryStatus
    next_at: datetime | None
    finished_at: datetime


@dataclass(frozen=True)
class Recorded:
    """What is known after an end: when the delivery is due next (ms), since when the endpoint only fails.

    `arrived_from` is when the event happened, when this was the first time that it arrived.
    """

    next_ms: int | None
    failing_since: datetime | None
    arrived_from: datetime | None = None


def enqueue_arguments(delivery: NewDelivery) -> tuple[str | int, ...]:
    """Return what the `ENQUEUE` script takes of one delivery."""
    return (
        delivery.id,
        delivery.event_id,
        delivery.event_type,
        epoch_ms(delivery.event_at),
        delivery.article_id,
        "" if delivery.version is None else delivery.version,
        delivery.partition,
        delivery.trigger,
    )


def lease_keys(ask: Ask) -> list[str]:
    """Return the keys of the `LEASE` script, in its order."""
    return [
        keys.endpoint_due(ask.endpoint_id),
        keys.endpoint_leased(ask.endpoint_id),
        keys.endpoint_statistics(ask.endpoint_id),
    ]


def lease_arguments(ask: Ask, now: datetime, lease: timedelta) -> list[str | int | float]:
    """Return the arguments of the `LEASE` script, in its order."""
    rate = ask.rate_limit
    return [
        epoch_ms(now),
        epoch_ms(now + lease),
        ask.concurrency,
        ask.most,
        keys.delivery(ask.endpoint_id, ""),
        breaker.OPENS_AFTER,
        "" if rate is None else rate,
        1 if rate is None else max(1, ceil(rate * _BURST_SECONDS)),
    ]


def lease_from(endpoint_id: str, fields: Sequence[bytes | int]) -> Lease:
    """Return the lease that the `LEASE` script tells of."""
    delivery_id, token, event_id, event_type, partition, attempts, step, trigger = (
        field.decode() if isinstance(field, bytes) else str(field) for field in fields
    )
    return Lease(
        delivery_id=delivery_id,
        endpoint_id=endpoint_id,
        token=int(token),
        event_id=event_id,
        event_type=event_type,
        partition=int(partition),
        attempts=int(attempts),
        steps_taken=int(step),
        trigger=Trigger(trigger),
    )


def finish_keys(lease: Lease) -> list[str]:
    """Return the keys of the `FINISH` script, in its order."""
    endpoint_id = lease.endpoint_id
    return [
        keys.delivery(endpoint_id, lease.delivery_id),
        keys.attempts(endpoint_id, lease.delivery_id),
        keys.endpoint_due(endpoint_id),
        keys.endpoint_leased(endpoint_id),
        keys.endpoint_statistics(endpoint_id),
        keys.endpoint_latencies(endpoint_id),
        *(keys.endpoint_status(endpoint_id, status) for status in STATUSES),
    ]


def finish_arguments(finish: Finish) -> list[str | int]:
    """Return the arguments of the `FINISH` script, in its order."""
    attempt = finish.attempt
    return [
        finish.lease.delivery_id,
        finish.lease.token,
        finish.status,
        "" if finish.next_at is None else epoch_ms(finish.next_at),
        epoch_ms(finish.finished_at),
        attempt.model_dump_json(),
        int(attempt.error is None),
        attempt.duration_ms,
        "" if attempt.status is None else attempt.status,
        attempt.error or "",
        finish.lease.steps_taken + 1,
        LATENCIES_KEPT,
        breaker.OPENS_AFTER,
        breaker.FIRST_PAUSE // _MILLISECOND,
        breaker.LONGEST_PAUSE // _MILLISECOND,
    ]


def recorded_from(reply: Sequence[bytes]) -> Recorded:
    """Return what the `FINISH` script tells of an end that it recorded."""
    next_ms, *moments = (int(text) if text else None for text in reply)
    return Recorded(next_ms, *(None if moment is None else from_epoch_ms(moment) for moment in moments))
