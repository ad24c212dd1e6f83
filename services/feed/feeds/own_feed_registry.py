"""The definitions of the operators' feeds as stored in Redis, and the view of them that every process keeps.

Definition and counter move in one step, and every change is decided on the version that it follows: so a
version names one state of all definitions, the same for everybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from services.feed.feeds.own_feed import NO_OWN_FEEDS, OwnFeed, OwnFeeds
from services.feed.feeds.selection import Selection
from shared import keys

_WRITE = """
local definitions, version, removed, tokens = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local before, name, feed, gone, token = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if (redis.call('GET', version) or '0') ~= before then return 0 end
local now = redis.call('INCR', version)
if feed ~= '' then
  redis.call('HSET', definitions, name, feed)
else
  redis.call('HDEL', definitions, name)
  redis.call('HDEL', tokens, name)
  redis.call('HSET', removed, gone, now)
end
if token ~= '' then redis.call('HSET', tokens, name, token) end
return 1
"""

_REPLACE_DIGEST = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HDEL', KEYS[2], ARGV[1])
if ARGV[2] ~= '' then redis.call('HSET', KEYS[2], ARGV[1], ARGV[2]) end
return 1
"""

_FORGET = """
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
return 1
"""


@dataclass(frozen=True)
class Unsettled:
    """What the stored articles have not been held against yet.

    `settled` is the version of the definitions that they were; `removed` says which feeds ended at which one.
    """

    settled: int
    removed: dict[Selection, int]


class OwnFeedRegistry:
    """Which feeds the operators have defined."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._view = NO_OWN_FEEDS

    async def view(self) -> OwnFeeds:
        """Return all definitions, from memory unless one has changed."""
        version = int(await self._redis.get(keys.own_feeds_version()) or 0)
        if version != self._view.version:
            self._view = await self._read()
        return self._view

    async def find(self, name: str) -> OwnFeed | None:
        """Return one definition as stored just now."""
        stored = await self._redis.hget(keys.own_feeds(), name)
        return None if stored is None else OwnFeed.model_validate_json(stored)

    async def find_private(self, name: str) -> tuple[OwnFeed | None, str | None]:
        """Return a definition, and the digest of its path token: None for a feed that has none."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hget(keys.own_feeds(), name)
            pipe.hget(keys.own_feeds_tokens(), name)
            stored, digest = await pipe.execute()
        feed = None if stored is None else OwnFeed.model_validate_json(stored)
        return feed, (None if digest is None else digest.decode())

    async def add(
        self, name: str, make: Callable[[int], OwnFeed], token_digest: str | None
    ) -> OwnFeed | None:
        """Store what `make` returns for the version that it is added at; None when the name is taken."""
        while True:
            own = await self._read()
            if name in own.feeds:
                return None
            feed = make(own.version + 1)
            if await self._write(own, name, feed, token_digest):
                return feed

    async def change(self, name: str, change: Callable[[OwnFeed, int], OwnFeed]) -> OwnFeed | None:
        """Apply `change` to a definition as it is, whoever else changes it too; None when there is none."""
        while True:
            own = await self._read()
            if name not in own.feeds:
                return None
            feed = change(own.feeds[name], own.version + 1)
            if await self._write(own, name, feed):
                return feed

    async def remove(self, name: str) -> bool:
        """Forget a definition and its token; tell whether it was known. Its articles are the filling's."""
        while True:
            own = await self._read()
            if name not in own.feeds:
                return False
            if await self._write(own, name, None):
                return True

    async def set_token(self, name: str, token_digest: str | None) -> bool:
        """Replace a feed's path token, or take it away; False when there is no such feed."""
        targets = (keys.own_feeds(), keys.own_feeds_tokens())
        return bool(await self._redis.eval(_REPLACE_DIGEST, 2, *targets, name, token_digest or ""))

    async def unsettled(self) -> Unsettled:
        """Return how far the stored articles have been held against the definitions."""
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.get(keys.own_feeds_settled())
            pipe.hgetall(keys.own_feeds_removed())
            settled, removed = await pipe.execute()
        return Unsettled(
            int(settled or 0), {Selection(name.decode()): int(at) for name, at in removed.items()}
        )

    async def settle(self, version: int, cleared: dict[Selection, int]) -> None:
        """Note that all stored articles were held against this version, and what was cleared away."""
        for selection, ended in cleared.items():
            await self._redis.eval(_FORGET, 1, keys.own_feeds_removed(), selection, ended)
        await self._redis.set(keys.own_feeds_settled(), version)

    async def _read(self) -> OwnFeeds:
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.get(keys.own_feeds_version())
            pipe.hgetall(keys.own_feeds())
            version, stored = await pipe.execute()
        feeds = {name.decode(): OwnFeed.model_validate_json(value) for name, value in sorted(stored.items())}
        return OwnFeeds(int(version or 0), feeds)

    async def _write(
        self, own: OwnFeeds, name: str, feed: OwnFeed | None, token_digest: str | None = None
    ) -> bool:
        """Store a definition, or remove it, if the definitions are still the ones it was decided on."""
        written: Any = await self._redis.eval(
            _WRITE,
            4,
            *(keys.own_feeds(), keys.own_feeds_version(), keys.own_feeds_removed(), keys.own_feeds_tokens()),
            *(own.version, name, feed.model_dump_json() if feed else ""),
            *("" if feed else own.feeds[name].selection, token_digest or ""),
        )
        return bool(written)
