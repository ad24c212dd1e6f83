"""`/api/endpoints` and `/api/partners/{id}/endpoints`: where webhooks go."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter

from services.feed.deliveries.api_parts import ApiParts
from services.feed.deliveries.caller import Caller, Calling
from services.feed.deliveries.delivery import NewDelivery
from services.feed.deliveries.endpoint import (
    Endpoint,
    EndpointStatus,
    Secret,
    delivery_id,
    new_endpoint_id,
)
from services.feed.deliveries.endpoint_forms import (
    EndpointDraft,
    EndpointList,
    EndpointPatch,
    EndpointWithSecret,
    Queued,
    Replayed,
    ReplaySpan,
    Rotation,
    ShownEndpoint,
    shown,
    with_secret,
)
from services.feed.deliveries.outcome import Trigger
from services.feed.deliveries.payload import TEST_EVENT, body_of_test
from services.feed.deliveries.replay import replay
from services.feed.deliveries.signature import new_secret
from shared.identifiers import new_event_id

_TESTS_PARTITION = 0
"""A test is no article's; its body lies with those of the first partition, of which there always is one."""


def endpoint_routes(parts: ApiParts) -> APIRouter:
    """Return the routes; who calls is found out before them."""
    router = APIRouter(prefix="/api", tags=["endpoints"])
    _add_register(router, parts)
    _add_states(router, parts)
    _add_sendings(router, parts)
    return router


def _add_register(router: APIRouter, parts: ApiParts) -> None:
    """Add what makes, shows, changes and removes endpoints."""

    @router.post("/partners/{partner_id}/endpoints", status_code=201, summary="Add an endpoint")
    async def add(caller: Calling, partner_id: str, draft: EndpointDraft) -> EndpointWithSecret:
        partner = await parts.partner(caller, partner_id)
        caller.require_admin()
        parts.check_url(draft.url)
        now = parts.clock.now()
        # Everything that is stated, by the names that it has there: a field is not forgotten in a list.
        endpoint = Endpoint(
            id=new_endpoint_id(),
            partner_id=partner.id,
            secrets=(Secret(key=new_secret(), created_at=now),),
            created_at=now,
            **dict(draft),
        )
        await parts.registry.add_endpoint(endpoint)
        return with_secret(endpoint)

    @router.get("/endpoints", summary="All endpoints; to a partner, its own")
    async def list_all(caller: Calling, partner: str | None = None) -> EndpointList:
        found = await parts.endpoints(caller, partner)
        return EndpointList(endpoints=tuple(shown(one, whole_url=not caller.only_looks) for one in found))

    @router.get("/endpoints/{endpoint_id}", summary="One endpoint")
    async def show(caller: Calling, endpoint_id: str) -> ShownEndpoint:
        return shown(await parts.endpoint(caller, endpoint_id), whole_url=not caller.only_looks)

    @router.patch("/endpoints/{endpoint_id}", summary="Change an endpoint")
    async def change(caller: Calling, endpoint_id: str, patch: EndpointPatch) -> ShownEndpoint:
        await parts.endpoint(caller, endpoint_id)
        caller.require_admin()
        changes: dict[str, Any] = {name: getattr(patch, name) for name in patch.model_fields_set}
        if "url" in changes:
            parts.check_url(patch.url)
        if "status" in changes:
            changes |= {"status": EndpointStatus(patch.status), "status_reason": None}
        return shown(await parts.change(caller, endpoint_id, lambda known: known.model_copy(update=changes)))

    @router.delete("/endpoints/{endpoint_id}", status_code=204, summary="Remove an endpoint, its deliveries")
    async def remove(caller: Calling, endpoint_id: str) -> None:
        await parts.endpoint(caller, endpoint_id)
        caller.require_admin()
        await parts.remove_endpoint(endpoint_id)


def _add_states(router: APIRouter, parts: ApiParts) -> None:
    """Add what pauses, resumes and gives new secrets."""

    @router.post("/endpoints/{endpoint_id}/pause", summary="Stop sending; the queue is kept")
    async def pause(caller: Calling, endpoint_id: str) -> ShownEndpoint:
        return await _steered(parts, caller, endpoint_id, EndpointStatus.PAUSED)

    @router.post("/endpoints/{endpoint_id}/resume", summary="Send again what waits, and what comes")
    async def resume(caller: Calling, endpoint_id: str) -> ShownEndpoint:
        return await _steered(parts, caller, endpoint_id, EndpointStatus.ACTIVE)

    @router.post("/endpoints/{endpoint_id}/rotate-secret", summary="A new secret; both sign for a while")
    async def rotate_secret(
        caller: Calling, endpoint_id: str, rotation: Rotation | None = None
    ) -> EndpointWithSecret:
        asked = rotation.overlap_seconds if rotation else None
        overlap = parts.overlap if asked is None else timedelta(seconds=asked)
        now = parts.clock.now()
        rotated = await parts.change(caller, endpoint_id, lambda known: known.with_new_secret(now, overlap))
        return with_secret(rotated)


def _add_sendings(router: APIRouter, parts: ApiParts) -> None:
    """Add what makes the service send something on an operator's word."""

    @router.post("/endpoints/{endpoint_id}/test", status_code=202, summary="Send a test event, once")
    async def test(caller: Calling, endpoint_id: str) -> Queued:
        endpoint = await parts.endpoint(caller, endpoint_id)
        caller.require_admin()
        now = parts.clock.now()
        event_id = new_event_id(now)
        await parts.bodies.put(_TESTS_PARTITION, event_id, body_of_test(endpoint.id, now))
        delivery = NewDelivery(
            id=delivery_id(endpoint.id, event_id),
            event_id=event_id,
            event_type=TEST_EVENT,
            event_at=now,
            partition=_TESTS_PARTITION,
            trigger=Trigger.TEST,
        )
        await parts.queue.enqueue_all({endpoint.id: [delivery]}, now)
        return Queued(delivery_id=delivery.id, event_id=event_id)

    @router.post("/endpoints/{endpoint_id}/replay", status_code=202, summary="Send again what was sent")
    async def send_again(caller: Calling, endpoint_id: str, span: ReplaySpan) -> Replayed:
        endpoint = await parts.endpoint(caller, endpoint_id)
        now = parts.clock.now()
        queued = await replay(
            parts.redis, parts.resending, endpoint.id, since=span.since, until=span.until, now=now
        )
        return Replayed(queued=queued)


async def _steered(
    parts: ApiParts, caller: Caller, endpoint_id: str, status: EndpointStatus
) -> ShownEndpoint:
    """Pause or resume; 404 before 403, as everywhere."""
    await parts.endpoint(caller, endpoint_id)
    caller.require_admin()
    return shown(await parts.change(caller, endpoint_id, lambda known: known.with_status(status)))
