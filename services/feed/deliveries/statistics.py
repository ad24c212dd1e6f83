"""An endpoint's numbers (contract §7), as the backlog shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from redis.asyncio import Redis

from services.feed.deliveries import endpoint_reading
from services.feed.deliveries.endpoint import Endpoint, EndpointStatus
from services.feed.deliveries.endpoint_reading import EndpointReading
from services.feed.deliveries.endpoint_url import without_query
from shared import keys
from shared.timestamps import epoch_ms, from_epoch_ms

EndpointState = Literal["ok", "failing", "paused", "disabled"]


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


async def endpoint_numbers(
    redis: "Redis", endpoint_ids: Sequence[str], now: datetime
) -> list[EndpointNumbers]:
    """Return the numbers of these endpoints, read in one pipeline; one that is not known is left out."""
    pipe = redis.pipeline(transaction=False)
    for endpoint_id in endpoint_ids:
        pipe.hget(keys.endpoints(), endpoint_id)
        endpoint_reading.ask(pipe, endpoint_id, now)
    replies: list[Any] = await pipe.execute()
    pairs = zip(replies[::2], replies[1::2], strict=True)
    return [
        numbers_of(Endpoint.model_validate_json(stored), endpoint_reading.answer(reply), now)
        for stored, reply in pairs
        if stored is not None
    ]


def numbers_of(endpoint: Endpoint, reading: EndpointReading, now: datetime) -> EndpointNumbers:
    """Return the numbers of an endpoint as it was read at this moment."""
    waits = reading.first_due is not None and reading.past_due
    return EndpointNumbers(
        endpoint_id=endpoint.id,
        partner_id=endpoint.partner_id,
        url=without_query(endpoint.url),
        state=_state(endpoint, reading.failures_in_a_row),
        due=reading.past_due + reading.in_hand,
        retrying=reading.retrying,
        dead=reading.dead,
        success_rate=reading.latest.success_rate,
        p50_ms=reading.latest.p50_ms,
        p95_ms=reading.latest.p95_ms,
        last_success_at=None if reading.last_success is None else from_epoch_ms(reading.last_success),
        past_due=reading.past_due,
        past_due_age_seconds=(epoch_ms(now) - (reading.first_due or 0)) / 1000 if waits else 0.0,
    )


def _state(endpoint: Endpoint, failures_in_a_row: int) -> EndpointState:
    if endpoint.status is EndpointStatus.PAUSED:
        return "paused"
    if endpoint.status is EndpointStatus.DISABLED:
        return "disabled"
    return "failing" if failures_in_a_row else "ok"
