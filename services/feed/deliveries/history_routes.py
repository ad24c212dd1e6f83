"""`/api/deliveries`: what was sent and what waits, and sending one again."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from services.feed.deliveries.api_parts import ApiParts, found
from services.feed.deliveries.delivery import Attempt, Delivery, DeliveryStatus
from services.feed.deliveries.history import BadCursorError
from services.feed.deliveries.outcome import Trigger
from shared.article import Frozen
from shared.problems import Problem


class DeliveryPage(Frozen):
    """Some deliveries, the newest first; `cursor` asks for older ones, null when there are none."""

    deliveries: tuple[Delivery, ...]
    cursor: str | None


class DeliveryWithAttempts(Frozen):
    """One delivery; `attempts` holds every one of them, the oldest first."""

    id: str
    endpoint: str
    event_id: str
    type: str
    article_id: str | None
    version: int | None
    status: DeliveryStatus
    created_at: AwareDatetime
    next_attempt_at: AwareDatetime | None
    attempts: tuple[Attempt, ...]


def history_routes(parts: ApiParts) -> APIRouter:
    """Return the routes; they check no token themselves."""
    router = APIRouter(prefix="/api/deliveries", tags=["deliveries"])

    @router.get("", summary="Deliveries, the newest first")
    async def list_some(
        endpoint: str | None = None,
        status: DeliveryStatus | None = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> DeliveryPage:
        if endpoint is None:
            endpoint_ids = sorted(await parts.registry.reread())
        else:
            endpoint_ids = [(await parts.endpoint(endpoint)).id]
        try:
            page = await parts.history.page(endpoint_ids, status, cursor, limit)
        except BadCursorError:
            wrong = "must be the cursor of an earlier page"
            raise Problem(422, f"cursor: {wrong}", errors=[{"field": "cursor", "message": wrong}]) from None
        return DeliveryPage(deliveries=page.deliveries, cursor=page.cursor)

    @router.get("/{delivery_id}", summary="One delivery with every attempt")
    async def show(delivery_id: str) -> DeliveryWithAttempts:
        return await _with_attempts(parts, delivery_id)

    @router.post("/{delivery_id}/retry", status_code=202, summary="Send it once more, whatever its status")
    async def retry(delivery_id: str) -> DeliveryWithAttempts:
        known = await _with_attempts(parts, delivery_id)
        await parts.queue.requeue(
            known.endpoint, [known.id], parts.clock.now(), trigger=Trigger.MANUAL, again=True
        )
        parts.wake()
        return await _with_attempts(parts, delivery_id)

    return router


async def _with_attempts(parts: ApiParts, delivery_id: str) -> DeliveryWithAttempts:
    delivery, attempts = found(await parts.history.delivery(delivery_id), "delivery", delivery_id)
    told = delivery.model_dump(include=set(DeliveryWithAttempts.model_fields)) | {"attempts": attempts}
    return DeliveryWithAttempts.model_validate(told)
