"""What a partner polls: its events in the order in which they came to stand there, each of them once.

A position is given in Redis, in the same step that makes it readable, and is above all before it. So nothing
ever comes to stand before what somebody has read, whichever process adds it and whatever its clock says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from services.feed.deliveries.bodies import BodyPlace, read_bodies
from services.feed.deliveries.payload import with_id
from services.feed.deliveries.retention import Retention
from shared import keys

BEGINNING = 0
"""The position before all others."""

_APPEND = """
-- KEYS: events, state. ARGV: now (µs), seconds until an untouched list goes, then the members
-- A position is the time where that is above the last one, so that age can be told from it.
local last = tonumber(redis.call('HGET', KEYS[2], 'last') or '0')
local added = 0
for i = 3, #ARGV do
  if not redis.call('ZSCORE', KEYS[1], ARGV[i]) then
    last = math.max(tonumber(ARGV[1]), last + 1)
    redis.call('ZADD', KEYS[1], string.format('%.0f', last), ARGV[i])
    added = added + 1
  end
end
if added > 0 then redis.call('HSET', KEYS[2], 'last', string.format('%.0f', last)) end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return added
"""

_DROP = """
-- KEYS: events, state. ARGV: up to which position (µs), most at once. Returns how many went.
local old = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
if #old == 0 then return 0 end
local dropped = redis.call('ZSCORE', KEYS[1], old[#old])
redis.call('ZREM', KEYS[1], unpack(old))
redis.call('HSET', KEYS[2], 'dropped', string.format('%.0f', dropped))
return #old
"""


class EventsGoneError(Exception):
    """Events after the position asked for are not kept any more; after `go_on_after` there is no such gap."""

    def __init__(self, go_on_after: int) -> None:
        super().__init__(str(go_on_after))
        self.go_on_after = go_on_after


@dataclass(frozen=True)
class PolledEvents:
    """Some events as JSON, each with its id, in order; `position` is where to go on."""

    events: tuple[bytes, ...]
    position: int
    more: bool


class PartnerEvents:
    """All partners' lists."""

    def __init__(self, redis: "Redis", retention: Retention | None = None) -> None:
        self._redis = redis
        self._retention = retention or Retention()

    async def append_all(self, work: Mapping[str, Sequence[tuple[int, str]]], now: datetime) -> None:
        """Add events (partition, id) to each partner's list, those left out that stand there already.

        Their bodies must be stored before. The whole of it may be repeated.
        """
        pipe = self._redis.pipeline(transaction=False)
        for partner_id, events in work.items():
            pipe.eval(
                _APPEND,
                2,
                keys.partner_events(partner_id),
                keys.partner_events_state(partner_id),
                _microseconds(now),
                # A list that nothing is added to any more holds nothing that is still kept by then.
                int(self._retention.body_lifetime.total_seconds()),
                *(f"{partition}:{event_id}" for partition, event_id in events),
            )
        await pipe.execute()

    async def after(self, partner_id: str, position: int | None, limit: int) -> PolledEvents:
        """Return up to `limit` events after a position, or from the first that is kept.

        Raises `EventsGoneError` when some after that position are not kept any more.
        """
        pipe = self._redis.pipeline(transaction=True)
        pipe.hmget(keys.partner_events_state(partner_id), "dropped", "last")
        pipe.zrangebyscore(
            keys.partner_events(partner_id),
            f"({position or BEGINNING}",
            "+inf",
            start=0,
            num=limit + 1,
            withscores=True,
        )
        (dropped, last), found = await pipe.execute()
        first = int(dropped or BEGINNING)
        if not found and int(last or BEGINNING) > max(first, position or BEGINNING):
            # The list went as a whole, since nothing was added to it for so long.
            first = int(last)
        if position is not None and position < first:
            raise EventsGoneError(first)
        page = await self._bodies_of([(_place(member), int(score)) for member, score in found[:limit]])
        end = page[-1][0] if page else max(first, position or BEGINNING)
        return PolledEvents(tuple(event for _, event in page), end, len(found) > len(page))

    async def _bodies_of(self, members: Sequence[tuple[BodyPlace, int]]) -> list[tuple[int, bytes]]:
        """Return position and JSON of each, up to one whose body is lost; raises when that is the first."""
        bodies = await read_bodies(self._redis, [place for place, _ in members])
        page: list[tuple[int, bytes]] = []
        for (place, stands_at), body in zip(members, bodies, strict=True):
            if body is None and not page:
                raise EventsGoneError(stands_at)
            if body is None:
                break
            page.append((stands_at, with_id(place.event_id, body)))
        return page

    async def drop_old(self, partner_id: str, now: datetime, most: int) -> int:
        """Drop up to `most` events that were kept long enough, the oldest first; return how many went."""
        return int(
            await self._redis.eval(
                _DROP,
                2,
                keys.partner_events(partner_id),
                keys.partner_events_state(partner_id),
                _microseconds(now - self._retention.longest),
                most,
            )
        )

    async def remove(self, partner_id: str) -> None:
        """Remove a partner's list."""
        await self._redis.unlink(keys.partner_events(partner_id), keys.partner_events_state(partner_id))


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


def _place(member: Any) -> BodyPlace:
    partition, _, event_id = member.decode().partition(":")
    return BodyPlace(int(partition), event_id)
