"""What the partner API's routes are made from: the stores behind them, and what a path names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from redis.asyncio import Redis

from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.endpoint import Endpoint
from services.feed.deliveries.endpoint_url import complaint
from services.feed.deliveries.history import History
from services.feed.deliveries.partner import Partner
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from shared.clock import Clock
from shared.problems import Problem

T = TypeVar("T")


@dataclass(frozen=True)
class ApiParts:
    """Everything that the routes use. `wake` tells a worker in this process that there is work."""

    redis: "Redis"
    registry: Registry
    queue: DeliveryQueue
    history: History
    clock: Clock
    rules: AddressRules
    wake: Callable[[], None]

    async def endpoint(self, endpoint_id: str) -> Endpoint:
        """Return the endpoint; 404 when there is none."""
        return found(await self.registry.endpoint(endpoint_id), "endpoint", endpoint_id)

    async def partner(self, partner_id: str) -> Partner:
        """Return the partner; 404 when there is none."""
        return found(await self.registry.partner(partner_id), "partner", partner_id)

    async def change(self, endpoint_id: str, change: Callable[[Endpoint], Endpoint]) -> Endpoint:
        """Change the endpoint, and look for work of it; 404 when there is none."""
        changed = found(await self.registry.change_endpoint(endpoint_id, change), "endpoint", endpoint_id)
        await self.queue.mark_all([endpoint_id])
        self.wake()
        return changed

    def check_url(self, url: str) -> None:
        """Return when an endpoint may have this URL; otherwise raise the 422 that says why not."""
        wrong = complaint(url, self.rules)
        if wrong is not None:
            raise Problem(422, f"url: {wrong}", errors=[{"field": "url", "message": wrong}])

    async def remove_endpoint(self, endpoint_id: str) -> None:
        """Remove an endpoint with all its deliveries."""
        await self.registry.remove_endpoint(endpoint_id)
        await self.queue.purge(endpoint_id)


def found(thing: T | None, kind: str, name: str) -> T:
    """Return the thing; when there is none, raise the 404 that says so."""
    if thing is None:
        raise Problem(404, f"There is no {kind} {name}.")
    return thing
