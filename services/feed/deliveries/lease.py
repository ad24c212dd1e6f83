"""A delivery in a worker's hand, and how it and its end are told to the scripts of the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.feed.deliveries.delivery import Attempt, DeliveryStatus, NewDelivery
from services.feed.deliveries.outcome import Trigger
from shared import keys
from shared.timestamps import epoch_ms

LATENCIES_KEPT = 200
"""How many of an endpoint's latest attempts its success rate and percentiles are about."""

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
    """How many deliveries of an endpoint somebody can take in hand now."""

    endpoint_id: str
    most: int


@dataclass(frozen=True)
class Finish:
    """What became of a leased delivery."""

    lease: Lease
    attempt: Attempt
    status: DeliveryStatus
    next_at: datetime | None
    finished_at: datetime


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
    ]
