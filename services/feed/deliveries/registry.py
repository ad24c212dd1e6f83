"""Partners and endpoints as stored in Redis, and the view of the endpoints that intake and worker keep.

A change is written first and counted after that, so that a view which is as new as the counter is never older
than the change. The keys bear no common tag: each command stands alone.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from redis.asyncio import Redis

from services.feed.deliveries.endpoint import Endpoint
from services.feed.deliveries.partner import Partner
from shared import keys

_SWAP = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
"""

EndpointView = Mapping[str, Endpoint]
"""All endpoints by id, as of one moment."""


class Registry:
    """Who receives webhooks, and where."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._version: Any = None
        self._view: EndpointView = MappingProxyType({})

    async def view(self) -> EndpointView:
        """Return all endpoints, from memory unless one has changed."""
        version = await self._redis.get(keys.endpoints_version())
        if version == self._version and version is not None:
            return self._view
        return await self.reread()

    async def reread(self) -> EndpointView:
        """Return all endpoints as stored just now."""
        version = await self._redis.get(keys.endpoints_version())
        stored: dict[Any, Any] = await self._redis.hgetall(keys.endpoints())
        self._view = MappingProxyType(
            {name.decode(): Endpoint.model_validate_json(value) for name, value in stored.items()}
        )
        self._version = version
        return self._view

    async def endpoint(self, endpoint_id: str) -> Endpoint | None:
        """Return one endpoint as stored just now."""
        stored = await self._redis.hget(keys.endpoints(), endpoint_id)
        return None if stored is None else Endpoint.model_validate_json(stored)

    async def add_endpoint(self, endpoint: Endpoint) -> None:
        """Store a new endpoint."""
        await self._redis.hset(keys.endpoints(), endpoint.id, endpoint.model_dump_json())
        await self._redis.incr(keys.endpoints_version())

    async def change_endpoint(
        self, endpoint_id: str, change: Callable[[Endpoint], Endpoint]
    ) -> Endpoint | None:
        """Apply `change` to the endpoint as it is, whoever else changes it too; None when it is not known."""
        while (stored := await self._redis.hget(keys.endpoints(), endpoint_id)) is not None:
            changed = change(Endpoint.model_validate_json(stored))
            swapped = await self._redis.eval(
                _SWAP, 1, keys.endpoints(), endpoint_id, stored, changed.model_dump_json()
            )
            if swapped:
                await self._redis.incr(keys.endpoints_version())
                return changed
        return None

    async def remove_endpoint(self, endpoint_id: str) -> bool:
        """Forget an endpoint; tell whether it was known. Its queue is the caller's."""
        removed = await self._redis.hdel(keys.endpoints(), endpoint_id)
        await self._redis.incr(keys.endpoints_version())
        return bool(removed)

    async def partners(self) -> list[Partner]:
        """Return all partners, the oldest first."""
        stored = await self._redis.hgetall(keys.partners())
        partners = [Partner.model_validate_json(value) for value in stored.values()]
        return sorted(partners, key=lambda partner: (partner.created_at, partner.id))

    async def partner(self, partner_id: str) -> Partner | None:
        """Return one partner."""
        stored = await self._redis.hget(keys.partners(), partner_id)
        return None if stored is None else Partner.model_validate_json(stored)

    async def add_partner(self, partner: Partner) -> None:
        """Store a new partner."""
        await self._redis.hset(keys.partners(), partner.id, partner.model_dump_json())

    async def remove_partner(self, partner_id: str) -> None:
        """Forget a partner. Its endpoints are the caller's."""
        await self._redis.hdel(keys.partners(), partner_id)
