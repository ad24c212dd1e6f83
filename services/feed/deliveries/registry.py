"""Partners and endpoints as stored in Redis, and the view of the endpoints that intake and worker keep.

A change is written first and counted after that, so that a view which is as new as the counter is never older
than the change. The keys bear no common tag: each command stands alone.

Secrets and the values of headers are sealed here on their way into Redis and opened on their way out, and
nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from redis.asyncio import Redis

from services.feed.deliveries.endpoint import Endpoint
from services.feed.deliveries.partner import Partner
from services.feed.deliveries.secret_box import SecretBox
from shared import keys
from shared.timestamps import epoch_ms

_SWAP = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
"""

EndpointView = Mapping[str, Endpoint]
"""All endpoints by id, as of one moment."""


@dataclass(frozen=True)
class Known:
    """All endpoints and partners as they were when the counter stood at `version`, or later.

    Whoever holds one that `Registry` still gives out knows all that there is to know.
    """

    version: Any
    endpoints: EndpointView
    partners: tuple[Partner, ...]


class Registry:
    """Who receives webhooks, and where."""

    def __init__(self, redis: "Redis", box: SecretBox) -> None:
        self._redis = redis
        self._box = box
        self._lately = Known(None, {}, ())
        self._read: dict[Any, Endpoint] = {}

    async def known(self) -> Known:
        """Return all endpoints and partners, from memory unless one has changed."""
        return await self.as_of(await self._redis.get(keys.endpoints_version()))

    async def as_of(self, version: Any) -> Known:
        """Return all endpoints and partners, from memory when it is as new as the counter's `version`."""
        if version == self._lately.version and version is not None:
            return self._lately
        return await self.reread()

    async def reread(self) -> Known:
        """Return all endpoints and partners as stored just now."""
        version = await self._redis.get(keys.endpoints_version())
        partners = tuple(await self.partners())
        stored: dict[Any, Any] = await self._redis.hgetall(keys.endpoints())
        # What has not changed is not opened anew, which takes a while for thousands of them.
        read = {value: self._read.get(value) or self._opened(value) for value in stored.values()}
        endpoints = MappingProxyType({name.decode(): read[value] for name, value in stored.items()})
        found = Known(version, endpoints, partners)
        # In one step: of two readings at once none may leave its partners with the other's count. What says
        # the same stays the same object, so that nobody works out again what follows from it.
        self._read, self._lately = read, self._lately if found == self._lately else found
        return self._lately

    async def endpoint(self, endpoint_id: str) -> Endpoint | None:
        """Return one endpoint as stored just now."""
        stored = await self._redis.hget(keys.endpoints(), endpoint_id)
        return None if stored is None else self._opened(stored)

    async def add_endpoint(self, endpoint: Endpoint) -> None:
        """Store a new endpoint."""
        await self._redis.hset(keys.endpoints(), endpoint.id, self._sealed(endpoint))
        await self._redis.incr(keys.endpoints_version())

    async def change_endpoint(
        self, endpoint_id: str, change: Callable[[Endpoint], Endpoint]
    ) -> Endpoint | None:
        """Apply `change` to the endpoint as it is, whoever else changes it too; None when it is not known."""
        while (stored := await self._redis.hget(keys.endpoints(), endpoint_id)) is not None:
            changed = change(self._opened(stored))
            swapped = await self._redis.eval(
                _SWAP, 1, keys.endpoints(), endpoint_id, stored, self._sealed(changed)
            )
            if swapped:
                await self._redis.incr(keys.endpoints_version())
                return changed
        return None

    async def seal_anew(self) -> list[str]:
        """Seal with the current key what is not; return the ids of endpoints that no key of ours opens."""
        unreadable: list[str] = []
        stored: dict[Any, Any] = await self._redis.hgetall(keys.endpoints())
        for name, value in stored.items():
            endpoint = Endpoint.model_validate_json(value)
            texts = [secret.key for secret in endpoint.secrets] + list(endpoint.headers.values())
            if not self._opened(value).readable:
                unreadable.append(name.decode())
            elif not all(map(self._box.is_current, texts)):
                await self.change_endpoint(name.decode(), lambda known: known)
        return sorted(unreadable)

    def _sealed(self, endpoint: Endpoint) -> str:
        return _with_texts(endpoint, self._box.seal).model_dump_json()

    def _opened(self, stored: Any) -> Endpoint:
        return _with_texts(Endpoint.model_validate_json(stored), self._box.open)

    async def remove_endpoint(self, endpoint_id: str, now: datetime) -> None:
        """Forget an endpoint; its queue is to be cleared away, by the caller or else by the next sweep."""
        await self._redis.zadd(keys.endpoints_removed(), {endpoint_id: epoch_ms(now)})
        await self._redis.hdel(keys.endpoints(), endpoint_id)
        await self._redis.incr(keys.endpoints_version())

    async def removed(self, until: datetime | None = None) -> list[str]:
        """Return the endpoints whose queues are to be cleared away, all or those removed until a moment."""
        latest = "+inf" if until is None else epoch_ms(until)
        found: list[Any] = await self._redis.zrangebyscore(keys.endpoints_removed(), "-inf", latest)
        return [endpoint_id.decode() for endpoint_id in found]

    async def cleared(self, endpoint_id: str) -> None:
        """Note that nothing is left of a removed endpoint."""
        await self._redis.zrem(keys.endpoints_removed(), endpoint_id)

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
        await self._redis.incr(keys.endpoints_version())

    async def remove_partner(self, partner_id: str) -> None:
        """Forget a partner. Its endpoints are the caller's."""
        await self._redis.hdel(keys.partners(), partner_id)
        await self._redis.incr(keys.endpoints_version())


def _with_texts(endpoint: Endpoint, turned: Callable[[str], str]) -> Endpoint:
    """Return the endpoint with everything that is secret in it turned into another form."""
    return endpoint.model_copy(
        update={
            "secrets": tuple(s.model_copy(update={"key": turned(s.key)}) for s in endpoint.secrets),
            "headers": {name: turned(value) for name, value in endpoint.headers.items()},
        }
    )
