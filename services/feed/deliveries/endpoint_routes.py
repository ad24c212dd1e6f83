"""`/api/endpoints` and `/api/partners/{id}/endpoints`: where webhooks go."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter

from services.feed.deliveries.api_parts import ApiParts
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
from shared import keys
from shared.identifiers import new_event_id

_TESTS_PARTITION = 0
"""A test is no article's; its body lies with those of the first partition, of which there always is one."""


def endpoint_routes(parts: ApiParts) -> APIRouter:
    """Return the routes; they check no token themselves."""
    router = APIRouter(prefix="/api", tags=["endpoints"])
    _add_register(router, parts)
    _add_states(router, parts)
    _add_sendings(router, parts)
    return router


def _add_register(router: APIRouter, parts: ApiParts) -> None:
    """Add what makes, shows, changes and removes endpoints."""

    @router.post("/partners/{partner_id}/endpoints", status_code=201, summary="Add an endpoint")
    async def add(partner_id: str, draft: EndpointDraft) -> EndpointWithSecret:
        partner = await parts.partner(partner_id)
        parts.check_url(draft.url)
        now = parts.clock.now()
        endpoint = Endpoint(
            id=new_endpoint_id(),
            partner_id=partner.id,
            url=draft.url,
            events=draft.events,
            filter=draft.filter,
            secrets=(Secret(key=new_secret(), created_at=now),),
            created_at=now,
        )
        await parts.registry.add_endpoint(endpoint)
        return with_secret(endpoint)

    @router.get("/endpoints", summary="All endpoints")
    async def list_all(partner: str | None = None) -> EndpointList:
        endpoints = [e for e in (await parts.registry.reread()).values() if partner in {None, e.partner_id}]
        endpoints.sort(key=lambda endpoint: (endpoint.created_at, endpoint.id))
        return EndpointList(endpoints=tuple(shown(endpoint) for endpoint in endpoints))

    @router.get("/endpoints/{endpoint_id}", summary="One endpoint")
    async def show(endpoint_id: str) -> ShownEndpoint:
        return shown(await parts.endpoint(endpoint_id))

    @router.patch("/endpoints/{endpoint_id}", summary="Change an endpoint")
    async def change(endpoint_id: str, patch: EndpointPatch) -> ShownEndpoint:
        changes: dict[str, Any] = {name: getattr(patch, name) for name in patch.model_fields_set}
        if "url" in changes:
            parts.check_url(patch.url)
        if "status" in changes:
            changes |= {"status": EndpointStatus(patch.status), "status_reason": None}
        return shown(await parts.change(endpoint_id, lambda known: known.model_copy(update=changes)))

    @router.delete("/endpoints/{endpoint_id}", status_code=204, summary="Remove an endpoint, its deliveries")
    async def remove(endpoint_id: str) -> None:
        await parts.endpoint(endpoint_id)
        await parts.remove_endpoint(endpoint_id)


def _add_states(router: APIRouter, parts: ApiParts) -> None:
    """Add what pauses, resumes and gives new secrets."""

    @router.post("/endpoints/{endpoint_id}/pause", summary="Stop sending; the queue is kept")
    async def pause(endpoint_id: str) -> ShownEndpoint:
        return shown(await parts.change(endpoint_id, lambda known: known.with_status(EndpointStatus.PAUSED)))

    @router.post("/endpoints/{endpoint_id}/resume", summary="Send again what waits, and what comes")
    async def resume(endpoint_id: str) -> ShownEndpoint:
        return shown(await parts.change(endpoint_id, lambda known: known.with_status(EndpointStatus.ACTIVE)))

    @router.post("/endpoints/{endpoint_id}/rotate-secret", summary="A new secret; both sign for a while")
    async def rotate_secret(endpoint_id: str, rotation: Rotation | None = None) -> EndpointWithSecret:
        overlap = timedelta(seconds=(rotation or Rotation()).overlap_seconds)
        now = parts.clock.now()
        rotated = await parts.change(endpoint_id, lambda known: known.with_new_secret(now, overlap))
        return with_secret(rotated)


def _add_sendings(router: APIRouter, parts: ApiParts) -> None:
    """Add what makes the service send something on an operator's word."""

    @router.post("/endpoints/{endpoint_id}/test", status_code=202, summary="Send a test event, once")
    async def test(endpoint_id: str) -> Queued:
        endpoint = await parts.endpoint(endpoint_id)
        now = parts.clock.now()
        event_id = new_event_id(now)
        await parts.redis.set(keys.payload(_TESTS_PARTITION, event_id), body_of_test(endpoint.id, now))
        delivery = NewDelivery(
            id=delivery_id(endpoint.id, event_id),
            event_id=event_id,
            event_type=TEST_EVENT,
            event_at=now,
            partition=_TESTS_PARTITION,
            trigger=Trigger.TEST,
        )
        await parts.queue.enqueue_all({endpoint.id: [delivery]}, now)
        parts.wake()
        return Queued(delivery_id=delivery.id, event_id=event_id)

    @router.post("/endpoints/{endpoint_id}/replay", status_code=202, summary="Send again what was sent")
    async def send_again(endpoint_id: str, span: ReplaySpan) -> Replayed:
        endpoint = await parts.endpoint(endpoint_id)
        now = parts.clock.now()
        queued = await replay(
            parts.redis, parts.queue, endpoint.id, since=span.since, until=span.until, now=now
        )
        parts.wake()
        return Replayed(queued=queued)
