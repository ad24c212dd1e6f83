"""Removes what was kept long enough, a little at a time, and prolongs the life of bodies still needed."""

import asyncio
import time
from datetime import datetime, timedelta

from redis.asyncio import Redis

from services.feed.deliveries.bodies import Bodies
from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.index_walk import oldest_first
from services.feed.deliveries.partner_events import PartnerEvents
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.retention import Retention
from services.feed.outage import through_outages
from shared import keys
from shared.clock import Clock
from shared.logs import get_logger
from shared.timestamps import epoch_ms

log = get_logger(__name__)

_AT_ONCE = 500
"""So few that Redis is never held up for long, and other work comes between."""

_PAUSE, _AFTER_START, _EVERY = 0.05, 60.0, 3600.0
"""Seconds between two steps at the least, from a process's start to its first sweep, and between two sweeps.

Who has just been started has more urgent work: what the one before it had in hand, and what waits since then.
"""

_REST = 3
"""So many times as long as a step took is nothing swept: Redis and this process belong to others first."""

_YOUNG = timedelta(days=1)
"""A body lives far longer than this anyway: those of fresh deliveries are not renewed each hour."""

_HEARD = timedelta(minutes=10)
"""By then every process has heard of an endpoint's removal."""

_UNFINISHED = (DeliveryStatus.PENDING, DeliveryStatus.RETRYING)

_REMOVE_OLD = """
-- KEYS: deliveries, status index, then of each delivery its hash and its attempts
-- ARGV: status, before when its last attempt must lie, then the ids. Returns how many went.
-- Looks again at each: one that was asked for meanwhile stays.
local gone = 0
for i = 3, #ARGV do
  local at = 3 + (i - 3) * 2
  local known = redis.call('HMGET', KEYS[at], 'status', 'last_attempt_at')
  if not known[1] or (known[1] == ARGV[1] and tonumber(known[2] or '0') < tonumber(ARGV[2])) then
    redis.call('UNLINK', KEYS[at], KEYS[at + 1])
    redis.call('ZREM', KEYS[1], ARGV[i])
    redis.call('ZREM', KEYS[2], ARGV[i])
    gone = gone + 1
  end
end
return gone
"""


class RetentionSweep:
    """Sweeps once an hour. Several processes may do so at once: what one removed the others do not find."""

    def __init__(self, redis: "Redis", registry: Registry, clock: Clock, retention: Retention) -> None:
        self._redis = redis
        self._registry = registry
        self._clock = clock
        self._retention = retention
        self._queue = DeliveryQueue(redis)
        self._bodies = Bodies(redis, retention)
        self._polled = PartnerEvents(redis, retention)

    async def run(self, *, first_after: float = _AFTER_START) -> None:
        """Sweep until cancelled, for the first time after so many seconds.

        An outage of Redis is waited for; other errors are raised.
        """
        await asyncio.sleep(first_after)
        while True:
            await through_outages(self.sweep, "sweeping old deliveries")
            await asyncio.sleep(_EVERY)

    async def sweep(self) -> int:
        """Do all that is to be done now, and return how many deliveries were removed."""
        now = self._clock.now()
        removed = 0
        for endpoint_id in (await self._registry.reread()).endpoints:
            # Renewed first: a body must not go while the sweep is busy elsewhere.
            for status in _UNFINISHED:
                await self._renew(endpoint_id, status, now)
            for status, kept in (
                (DeliveryStatus.DELIVERED, self._retention.delivered),
                (DeliveryStatus.DEAD, self._retention.dead),
            ):
                removed += await self._remove(endpoint_id, status, now - kept)
        await self._clear_removed(now)
        for partner in await self._registry.partners():
            began = time.monotonic()
            while await self._polled.drop_old(partner.id, now, _AT_ONCE):
                began = await rested(began)
        if removed:
            log.info("deliveries.removed", deliveries=removed)
        return removed

    async def _clear_removed(self, now: datetime) -> None:
        """Clear away what a removal that broke off left, or an intake that had not heard of it put there."""
        for endpoint_id in await self._registry.removed():
            await self._queue.purge(endpoint_id)
        for endpoint_id in await self._registry.removed(until=now - _HEARD):
            await self._registry.cleared(endpoint_id)

    async def _renew(self, endpoint_id: str, status: DeliveryStatus, now: datetime) -> None:
        """Prolong the bodies of unfinished deliveries; what becomes one meanwhile had its body renewed."""
        index, began = keys.endpoint_status(endpoint_id, status), time.monotonic()
        async for ids in oldest_first(self._redis, index, "-inf", f"({epoch_ms(now - _YOUNG)}", _AT_ONCE):
            pipe = self._redis.pipeline(transaction=False)
            for one in ids:
                pipe.hmget(keys.delivery(endpoint_id, one), "partition", "event_id")
            await self._bodies.renew((int(p), event.decode()) for p, event in await pipe.execute() if event)
            began = await rested(began)

    async def _remove(self, endpoint_id: str, status: DeliveryStatus, before: datetime) -> int:
        """Remove finished deliveries; those made before but tried later are passed over."""
        index, latest = keys.endpoint_status(endpoint_id, status), epoch_ms(before)
        removed, began = 0, time.monotonic()
        async for ids in oldest_first(self._redis, index, "-inf", f"({latest}", _AT_ONCE):
            names = [
                keys.endpoint_deliveries(endpoint_id),
                index,
                *(
                    name
                    for one in ids
                    for name in (keys.delivery(endpoint_id, one), keys.attempts(endpoint_id, one))
                ),
            ]
            removed += int(await self._redis.eval(_REMOVE_OLD, len(names), *names, status, latest, *ids))
            began = await rested(began)
        return removed


async def rested(began: float) -> float:
    """Leave everything to others after a step that began then, and return when the next one begins."""
    await asyncio.sleep(max(_PAUSE, _REST * (time.monotonic() - began)))
    return time.monotonic()
