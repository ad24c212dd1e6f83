"""Every endpoint's numbers, read from what the deliveries keep; the only thing here that knows of them."""

from collections.abc import Sequence

from redis.asyncio import Redis

from services.feed.deliveries.partner import Partner
from services.feed.deliveries.statistics import endpoint_ids, endpoint_numbers
from services.feed.ops.numbers import EndpointNumbers, EndpointState, ReadEndpoints
from shared import keys
from shared.clock import Clock


def endpoint_reader(redis: "Redis", clock: Clock) -> ReadEndpoints:
    """Return what reads the numbers of all endpoints, sorted by partner and address."""

    async def read() -> Sequence[EndpointNumbers]:
        ids = await endpoint_ids(redis)
        if not ids:
            return ()
        names = {
            partner.id: partner.name
            for partner in map(Partner.model_validate_json, await redis.hvals(keys.partners()))
        }
        found = [
            EndpointNumbers(
                endpoint=numbers.endpoint_id,
                partner=numbers.partner_id,
                partner_name=names.get(numbers.partner_id),
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
            for numbers in await endpoint_numbers(redis, ids, clock.now())
        ]
        return sorted(found, key=lambda numbers: (numbers.partner_name or "", numbers.url, numbers.endpoint))

    return read
