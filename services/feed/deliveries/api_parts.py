"""What the partner API's routes are made from: the stores behind them, and what a path names.

Everything that belongs to a partner is got here by who asks for it, so that no route can forget to look.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from redis.asyncio import Redis

from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.attempt import Attempt
from services.feed.deliveries.bodies import Bodies
from services.feed.deliveries.caller import Caller
from services.feed.deliveries.delivery import Delivery
from services.feed.deliveries.endpoint import Endpoint, endpoint_of
from services.feed.deliveries.endpoint_url import complaint
from services.feed.deliveries.history import History
from services.feed.deliveries.partner import Partner
from services.feed.deliveries.partner_events import PartnerEvents
from services.feed.deliveries.partner_tokens import PartnerTokens
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.resending import Resending
from services.feed.deliveries.retention import Retention
from shared.clock import Clock
from shared.problems import Problem

T = TypeVar("T")


@dataclass(frozen=True)
class ApiParts:
    """Everything that the routes use."""

    redis: "Redis"
    registry: Registry
    queue: DeliveryQueue
    history: History
    tokens: PartnerTokens
    bodies: Bodies
    resending: Resending
    polled: PartnerEvents
    clock: Clock
    rules: AddressRules
    overlap: timedelta
    """How long the secret before a rotation goes on signing, unless the rotation says otherwise."""

    async def endpoint(self, caller: Caller, endpoint_id: str) -> Endpoint:
        """Return the endpoint; 404 when for this caller there is none."""
        endpoint = await self.registry.endpoint(endpoint_id)
        seen = endpoint if endpoint and caller.may_see(endpoint.partner_id) else None
        return found(seen, "endpoint", endpoint_id)

    async def endpoints(self, caller: Caller, partner_id: str | None = None) -> list[Endpoint]:
        """Return the endpoints that there are for this caller, all or one partner's, the oldest first."""
        every = (await self.registry.known()).endpoints.values()
        seen = [e for e in every if caller.may_see(e.partner_id) and partner_id in {None, e.partner_id}]
        return sorted(seen, key=lambda endpoint: (endpoint.created_at, endpoint.id))

    async def partner(self, caller: Caller, partner_id: str) -> Partner:
        """Return the partner; 404 when for this caller there is none."""
        partner = await self.registry.partner(partner_id) if caller.may_see(partner_id) else None
        return found(partner, "partner", partner_id)

    async def delivery(self, caller: Caller, delivery_id: str) -> tuple[Delivery, tuple[Attempt, ...]]:
        """Return the delivery and its attempts; 404 when for this caller there is none."""
        endpoint = await self.registry.endpoint(endpoint_of(delivery_id) or "")
        seen = endpoint is not None and caller.may_see(endpoint.partner_id)
        return found(await self.history.delivery(delivery_id) if seen else None, "delivery", delivery_id)

    async def change(
        self, caller: Caller, endpoint_id: str, change: Callable[[Endpoint], Endpoint]
    ) -> Endpoint:
        """Change the endpoint, and look for work of it; 404 when for this caller there is none."""
        await self.endpoint(caller, endpoint_id)
        # Before the change: whatever fails after it counts from then, and not for what was before.
        await self.queue.begin_anew(endpoint_id)
        changed = found(await self.registry.change_endpoint(endpoint_id, change), "endpoint", endpoint_id)
        await self.queue.mark_all([endpoint_id])
        return changed

    def check_url(self, url: str) -> None:
        """Return when an endpoint may have this URL; otherwise raise the 422 that says why not."""
        wrong = complaint(url, self.rules)
        if wrong is not None:
            raise Problem(422, f"url: {wrong}", errors=[{"field": "url", "message": wrong}])

    async def remove_endpoint(self, endpoint_id: str) -> None:
        """Remove an endpoint with all its deliveries."""
        await self.registry.remove_endpoint(endpoint_id, self.clock.now())
        await self.queue.purge(endpoint_id)


def api_parts(
    redis: "Redis",
    registry: Registry,
    queue: DeliveryQueue,
    clock: Clock,
    *,
    rules: AddressRules,
    overlap: timedelta = timedelta(hours=24),
    retention: Retention | None = None,
) -> ApiParts:
    """Return the parts over these stores."""
    bodies = Bodies(redis, retention)
    return ApiParts(
        redis=redis,
        registry=registry,
        queue=queue,
        history=History(redis),
        tokens=PartnerTokens(redis),
        bodies=bodies,
        resending=Resending(redis, queue, bodies),
        polled=PartnerEvents(redis, retention),
        clock=clock,
        rules=rules,
        overlap=overlap,
    )


def found(thing: T | None, kind: str, name: str) -> T:
    """Return the thing; when there is none, raise the 404 that says so."""
    if thing is None:
        raise Problem(404, f"There is no {kind} {name}.")
    return thing


def bad_cursor(field: str) -> Problem:
    """Return the 422 for a cursor that none of our answers held."""
    wrong = "must be the cursor of an earlier page"
    return Problem(422, f"{field}: {wrong}", errors=[{"field": field, "message": wrong}])
