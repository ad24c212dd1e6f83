"""How deliveries, leases and their ends are told to the scripts of the queue."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from math import ceil

from services.feed.deliveries import breaker
from services.feed.deliveries.attempt import stored_attempt
from services.feed.deliveries.delivery import DeliveryStatus, NewDelivery
from services.feed.deliveries.lease import Ask, Finish, Hand, Lease
from services.feed.deliveries.lease_scripts import HOLD, LEASE, RELEASE
from services.feed.deliveries.queue_scripts import ENQUEUE, FINISH
from shared import keys
from shared.scripting import Call
from shared.timestamps import epoch_ms

LATENCIES_KEPT = 200
"""How many of an endpoint's latest attempts its success rate and percentiles are about."""

_BURST_SECONDS = 0.2
"""So much of a second's worth may begin at once: more than the pause between two looks of a worker."""

_MILLISECOND = timedelta(milliseconds=1)

_NEVER = 0
"""A moment (ms) by which no lease has ended."""

STATUSES = ("pending", "retrying", "delivered", "dead")
"""In the order in which the scripts take their keys."""


def enqueue_call(endpoint_id: str, deliveries: Sequence[NewDelivery], now: datetime) -> Call:
    """Return the run of the `ENQUEUE` script for one endpoint."""
    return Call(
        ENQUEUE,
        (
            keys.endpoint_deliveries(endpoint_id),
            keys.endpoint_status(endpoint_id, DeliveryStatus.PENDING),
            keys.endpoint_due(endpoint_id),
            *(keys.delivery(endpoint_id, delivery.id) for delivery in deliveries),
        ),
        (epoch_ms(now), *(argument for one in deliveries for argument in _enqueue_arguments(one))),
    )


def _enqueue_arguments(delivery: NewDelivery) -> tuple[str | int, ...]:
    return (
        delivery.id,
        delivery.event_id,
        delivery.event_type,
        epoch_ms(delivery.event_at),
        delivery.article_id,
        "" if delivery.version is None else delivery.version,
        delivery.partition,
        delivery.trigger,
        delivery.trail.request_id,
        delivery.trail.traceparent,
    )


def lease_call(ask: Ask, hand: Hand, now: datetime, lease: timedelta) -> Call:
    """Return the run of the `LEASE` script for one endpoint."""
    rate, now_ms = ask.rate_limit, epoch_ms(now)
    return Call(
        LEASE,
        (
            keys.endpoint_due(ask.endpoint_id),
            keys.endpoint_leased(ask.endpoint_id),
            keys.endpoint_statistics(ask.endpoint_id),
        ),
        (
            now_ms,
            epoch_ms(now + lease),
            ask.concurrency,
            ask.most,
            keys.delivery(ask.endpoint_id, ""),
            breaker.OPENS_AFTER,
            "" if rate is None else rate,
            1 if rate is None else max(1, ceil(rate * _BURST_SECONDS)),
            f"{hand.name} {hand.turn}",
            now_ms if hand.takes_over else _NEVER,
        ),
    )


def hold_call(endpoint_id: str, held: Sequence[Lease], hand: Hand, now: datetime, lease: timedelta) -> Call:
    """Return the run of the `HOLD` script for one endpoint."""
    return Call(
        HOLD,
        (keys.endpoint_due(endpoint_id), keys.endpoint_leased(endpoint_id)),
        (
            keys.delivery(endpoint_id, ""),
            epoch_ms(now),
            epoch_ms(now + lease),
            hand.name,
            hand.turn,
            *_ids_and_tokens(held),
        ),
    )


def release_call(endpoint_id: str, leases: Sequence[Lease]) -> Call:
    """Return the run of the `RELEASE` script for one endpoint."""
    return Call(
        RELEASE,
        (keys.endpoint_due(endpoint_id), keys.endpoint_leased(endpoint_id)),
        (keys.delivery(endpoint_id, ""), *_ids_and_tokens(leases)),
    )


def _ids_and_tokens(leases: Sequence[Lease]) -> Iterator[str | int]:
    for lease in leases:
        yield lease.delivery_id
        yield lease.token


def finish_call(endpoint_id: str, finishes: Sequence[Finish]) -> Call:
    """Return the run of the `FINISH` script for one endpoint."""
    return Call(
        FINISH,
        (
            keys.endpoint_due(endpoint_id),
            keys.endpoint_leased(endpoint_id),
            keys.endpoint_statistics(endpoint_id),
            keys.endpoint_latencies(endpoint_id),
            *(keys.endpoint_status(endpoint_id, status) for status in STATUSES),
        ),
        (
            keys.delivery(endpoint_id, ""),
            keys.attempts(endpoint_id, ""),
            LATENCIES_KEPT,
            breaker.OPENS_AFTER,
            breaker.FIRST_PAUSE // _MILLISECOND,
            breaker.LONGEST_PAUSE // _MILLISECOND,
            *(argument for finish in finishes for argument in _finish_arguments(finish)),
        ),
    )


def _finish_arguments(finish: Finish) -> tuple[str | int, ...]:
    attempt = finish.attempt
    return (
        finish.lease.delivery_id,
        finish.lease.token,
        finish.status,
        "" if finish.next_at is None else epoch_ms(finish.next_at),
        epoch_ms(finish.finished_at),
        stored_attempt(attempt),
        int(attempt.error is None),
        attempt.duration_ms,
        "" if attempt.status is None else attempt.status,
        attempt.error or "",
        finish.lease.steps_taken + 1,
    )
