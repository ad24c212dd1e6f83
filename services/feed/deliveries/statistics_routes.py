"""`/api/endpoints/{id}/statistics`: one endpoint's numbers, as in the backlog, and all its counts."""

from datetime import datetime

from fastapi import APIRouter

from services.feed.deliveries.api_parts import ApiParts, found
from services.feed.deliveries.caller import Calling
from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.statistics import EndpointState, endpoint_numbers
from shared import keys
from shared.article import Frozen


class EndpointStatistics(Frozen):
    """How one endpoint is doing. Rate and percentiles are about its latest attempts, null without any."""

    endpoint: str
    partner: str
    state: EndpointState
    due: int
    past_due: int
    oldest_past_due_seconds: float
    pending: int
    retrying: int
    delivered: int
    dead: int
    success_rate: float | None
    p50_ms: int | None
    p95_ms: int | None
    last_success_at: datetime | None


def statistics_routes(parts: ApiParts) -> APIRouter:
    """Return the routes; who calls is found out before them."""
    router = APIRouter(prefix="/api/endpoints", tags=["endpoints"])

    @router.get("/{endpoint_id}/statistics", summary="How an endpoint is doing")
    async def statistics(caller: Calling, endpoint_id: str) -> EndpointStatistics:
        endpoint = await parts.endpoint(caller, endpoint_id)
        numbers = next(iter(await endpoint_numbers(parts.redis, [endpoint.id], parts.clock.now())), None)
        known = found(numbers, "endpoint", endpoint_id)
        counts = {status: await _count(parts, endpoint.id, status) for status in DeliveryStatus}
        return EndpointStatistics(
            endpoint=known.endpoint_id,
            partner=known.partner_id,
            state=known.state,
            due=known.due,
            past_due=known.past_due,
            oldest_past_due_seconds=known.past_due_age_seconds,
            pending=counts[DeliveryStatus.PENDING],
            retrying=counts[DeliveryStatus.RETRYING],
            delivered=counts[DeliveryStatus.DELIVERED],
            dead=counts[DeliveryStatus.DEAD],
            success_rate=known.success_rate,
            p50_ms=known.p50_ms,
            p95_ms=known.p95_ms,
            last_success_at=known.last_success_at,
        )

    return router


async def _count(parts: ApiParts, endpoint_id: str, status: DeliveryStatus) -> int:
    return int(await parts.redis.zcard(keys.endpoint_status(endpoint_id, status)))
