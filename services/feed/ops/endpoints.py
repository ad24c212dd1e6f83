"""Every endpoint's numbers, read from what the deliveries keep; the only thing here that knows of them."""

from collections.abc import Sequence

from redis.asyncio import Redis

from services.feed.deliveries.roll_call import Present, RollCall
from services.feed.ops.numbers import EndpointNumbers, EndpointState, ReadEndpoints
from shared.clock import Clock


def endpoint_reader(redis: "Redis", clock: Clock) -> ReadEndpoints:
    """Return what reads the numbers of all endpoints, sorted by partner and address."""
    roll_call = RollCall(redis)

    async def read() -> Sequence[EndpointNumbers]:
        return [_shown(present) for present in await roll_call.read(clock.now())]

    return read


def _shown(present: Present) -> EndpointNumbers:
    numbers = present.numbers
    return EndpointNumbers(
        endpoint=numbers.endpoint_id,
        partner=numbers.partner_id,
        partner_name=present.partner_name,
        url=numbers.url,
        due=numbers.due,
        retrying=numbers.retrying,
        dead=numbers.dead,
        success_rate=numbers.success_rate,
        p50_ms=numbers.p50_ms,
        p95_ms=numbers.p95_ms,
        last_success_at=numbers.last_success_at,
        past_due=numbers.past_due,
        oldest_past_due_seconds=numbers.past_due_age_seconds,
        state=EndpointState(numbers.state),
    )
