"""An endpoint's numbers (contract §7), as the backlog shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, Literal

from redis.asyncio import Redis

from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.endpoint import Endpoint, EndpointStatus
from services.feed.deliveries.endpoint_url import without_query
from shared import keys
from shared.timestamps import epoch_ms, from_epoch_ms

EndpointState = Literal["ok", "failing", "paused", "disabled"]

_READS = 8


@dataclass(frozen=True)
class EndpointNumbers:
    """How one endpoint is doing. Rates and percentiles are about its latest attempts, None without any.

    `due` counts what should be sent now, deliveries in hand included; `past_due` those that nobody has in
    hand, `past_due_age_seconds` the oldest one's age. Scheduled retries are in `retrying` alone.
    """

    endpoint_id: str
    partner_id: str
    url: str
    state: EndpointState
    due: int
    retrying: int
    dead: int
    success_rate: float | None
    p50_ms: int | None
    p95_ms: int | None
    last_success_at: datetime | None
    past_due: int
    past_due_age_seconds: float


async def endpoint_ids(redis: "Redis") -> list[str]:
    """Return the ids of all endpoints, in order."""
    names: list[Any] = await redis.hkeys(keys.endpoints())
    return sorted(name.decode() for name in names)


async def endpoint_numbers(
    redis: "Redis", endpoint_ids: Sequence[str], now: datetime
) -> list[EndpointNumbers]:
    """Return the numbers of these endpoints, read in one pipeline; one that is not known is left out."""
    pipe = redis.pipeline(transaction=False)
    for endpoint_id in endpoint_ids:
        due = keys.endpoint_due(endpoint_id)
        pipe.hget(keys.endpoints(), endpoint_id)
        pipe.zcount(due, "-inf", epoch_ms(now))
        pipe.zrange(due, 0, 0, withscores=True)
        pipe.zcard(keys.endpoint_leased(endpoint_id))
        pipe.zcard(keys.endpoint_status(endpoint_id, DeliveryStatus.RETRYING))
        pipe.zcard(keys.endpoint_status(endpoint_id, DeliveryStatus.DEAD))
        pipe.hmget(keys.endpoint_statistics(endpoint_id), "last_success_at", "failures_in_a_row")
        pipe.lrange(keys.endpoint_latencies(endpoint_id), 0, -1)
    replies = await pipe.execute()
    each = (replies[i : i + _READS] for i in range(0, len(replies), _READS))
    return [_numbers(reply, now) for reply in each if reply[0] is not None]


def _numbers(reply: list[Any], now: datetime) -> EndpointNumbers:
    stored, past_due, first, in_hand, retrying, dead, (last_success_at, failures_in_a_row), attempts = reply
    endpoint = Endpoint.model_validate_json(stored)
    outcomes, durations = _attempts(attempts)
    age = (epoch_ms(now) - first[0][1]) / 1000 if past_due and first else 0.0
    return EndpointNumbers(
        endpoint_id=endpoint.id,
        partner_id=endpoint.partner_id,
        url=without_query(endpoint.url),
        state=_state(endpoint, int(failures_in_a_row or 0)),
        due=past_due + in_hand,
        retrying=retrying,
        dead=dead,
        success_rate=sum(outcomes) / len(outcomes) if outcomes else None,
        p50_ms=percentile(durations, 50),
        p95_ms=percentile(durations, 95),
        last_success_at=from_epoch_ms(int(last_success_at)) if last_success_at else None,
        past_due=past_due,
        past_due_age_seconds=age,
    )


def _attempts(entries: Sequence[bytes]) -> tuple[list[bool], list[int]]:
    """Return whether each succeeded, and the durations in ascending order."""
    pairs = [entry.decode().split(":") for entry in entries]
    return [succeeded == "1" for succeeded, _ in pairs], sorted(int(duration) for _, duration in pairs)


def percentile(ascending: Sequence[int], percent: int) -> int | None:
    """Return the smallest value that at least `percent` of all do not exceed (nearest rank), None of none."""
    return ascending[ceil(len(ascending) * percent / 100) - 1] if ascending else None


def _state(endpoint: Endpoint, failures_in_a_row: int) -> EndpointState:
    if endpoint.status is EndpointStatus.PAUSED:
        return "paused"
    if endpoint.status is EndpointStatus.DISABLED:
        return "disabled"
    return "failing" if failures_in_a_row else "ok"
