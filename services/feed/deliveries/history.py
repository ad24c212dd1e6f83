"""Reads what was sent and what waits: one delivery with its attempts, or many, page by page.

A page costs as much as it is long (for each endpoint asked about), however many deliveries there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from services.feed.deliveries.attempt import Attempt, attempts_from
from services.feed.deliveries.cursor import Position
from services.feed.deliveries.delivery import Delivery, DeliveryStatus, delivery_from
from services.feed.deliveries.endpoint import delivery_id as id_of
from services.feed.deliveries.endpoint import endpoint_of
from shared import keys
from shared.timestamps import epoch_ms

_AT_FIRST = 4
"""So many of each index are looked at before more: events mostly go to many endpoints at once."""


@dataclass(frozen=True)
class Sought:
    """Which deliveries are looked for; what is None does not matter. The times are of their making."""

    status: DeliveryStatus | None = None
    event_id: str | None = None
    article_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def earliest(self) -> int | str:
        """The lowest score in an index, as Redis takes it."""
        return "-inf" if self.since is None else epoch_ms(self.since)

    def latest(self, before: Position | None) -> int | str:
        """Return the highest score in an index, as Redis takes it, for a page that ends before a position."""
        ends = [epoch_ms(self.until)] if self.until else []
        ends += [before.created_ms] if before else []
        return min(ends, default="+inf")

    def spans(self, position: Position) -> bool:
        """Tell whether the position lies in the span of time."""
        return (self.since is None or epoch_ms(self.since) <= position.created_ms) and (
            self.until is None or position.created_ms <= epoch_ms(self.until)
        )


@dataclass(frozen=True)
class Page:
    """Some deliveries, the newest first; `cursor` leads to older ones, None when there are none."""

    deliveries: tuple[Delivery, ...]
    cursor: str | None


class History:
    """What the deliveries' records say."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis

    async def delivery(self, delivery_id: str) -> tuple[Delivery, tuple[Attempt, ...]] | None:
        """Return one delivery and its attempts, the oldest first; None when it is not known."""
        endpoint_id = endpoint_of(delivery_id)
        if endpoint_id is None:
            return None
        pipe = self._redis.pipeline(transaction=False)
        pipe.hgetall(keys.delivery(endpoint_id, delivery_id))
        pipe.lrange(keys.attempts(endpoint_id, delivery_id), 0, -1)
        fields, attempts = await pipe.execute()
        if not fields:
            return None
        delivery = delivery_from(fields, delivery_id, endpoint_id)
        return delivery, attempts_from(attempts)

    async def page(self, endpoint_ids: Sequence[str], sought: Sought, cursor: str | None, limit: int) -> Page:
        """Return up to `limit` deliveries of these endpoints that are older than the cursor.

        New deliveries do not shift the pages: a cursor is a place in the order, not a count. Raises
        `BadCursorError`.
        """
        before = None if cursor is None else Position.of_cursor(cursor)
        if sought.event_id is None and sought.article_id is None:
            found = await self._indexed(endpoint_ids, sought, before, limit + 1)
        else:
            found = await self._of_events(endpoint_ids, sought)
        older = [position for position in found if before is None or position < before]
        newest = sorted(older, reverse=True)[: limit + 1]
        deliveries = await self._deliveries([position.delivery_id for position in newest[:limit]])
        more = len(newest) > limit
        return Page(deliveries, newest[limit - 1].cursor() if more else None)

    async def count(self, endpoint_ids: Sequence[str], sought: Sought) -> int:
        """Return how many deliveries of these endpoints are looked for."""
        if sought.event_id is not None or sought.article_id is not None:
            return len(await self._of_events(endpoint_ids, sought))
        pipe = self._redis.pipeline(transaction=False)
        for index in _indexes(endpoint_ids, sought):
            pipe.zcount(index, sought.earliest, sought.latest(None))
        return sum(await pipe.execute())

    async def _indexed(
        self, endpoint_ids: Sequence[str], sought: Sought, before: Position | None, most: int
    ) -> list[Position]:
        """Return the newest positions before `before` of all these endpoints, `most` if there are.

        A few of each index are enough, unless all of those are among the newest: then more of that one.
        """
        ties = await self._ties(_indexes(endpoint_ids, sought), before)
        depths = {index: min(most, _AT_FIRST) + tied for index, tied in ties.items()}
        found = await self._newest(depths, sought, before)
        older = sorted(one for each in found.values() for one in each if before is None or one < before)
        bar = older[-most] if len(older) >= most else None
        deeper = {
            index: most + ties[index]
            for index, each in found.items()
            if len(each) == depths[index] and (bar is None or each[-1] > bar)
        }
        found |= await self._newest(deeper, sought, before)
        return [position for each in found.values() for position in each]

    async def _ties(self, indexes: Sequence[str], before: Position | None) -> dict[str, int]:
        """Return how many deliveries of each index were made in the very millisecond of `before`."""
        if before is None:
            return dict.fromkeys(indexes, 0)
        pipe = self._redis.pipeline(transaction=False)
        for index in indexes:
            pipe.zcount(index, before.created_ms, before.created_ms)
        return dict(zip(indexes, await pipe.execute(), strict=True))

    async def _newest(
        self, depths: Mapping[str, int], sought: Sought, before: Position | None
    ) -> dict[str, list[Position]]:
        """Return so many positions of each index, the newest first."""
        pipe = self._redis.pipeline(transaction=False)
        for index, depth in depths.items():
            span = (sought.latest(before), sought.earliest)
            pipe.zrevrangebyscore(index, *span, start=0, num=depth, withscores=True)
        return {
            index: [Position(int(score), member.decode()) for member, score in reply]
            for index, reply in zip(depths, await pipe.execute(), strict=True)
        }

    async def _of_events(self, endpoint_ids: Sequence[str], sought: Sought) -> list[Position]:
        """Return all positions of the deliveries of one event, or of one article's events."""
        events = {sought.event_id} if sought.event_id else set[str | None]()
        if sought.article_id is not None:
            noted: list[Any] = await self._redis.zrange(keys.article_events(sought.article_id), 0, -1)
            of_article = {member.decode() for member in noted}
            events = events & of_article if sought.event_id else of_article
        places = [(one, id_of(one, event)) for one in endpoint_ids for event in sorted(filter(None, events))]
        pipe = self._redis.pipeline(transaction=False)
        for endpoint_id, delivery_id in places:
            pipe.hmget(keys.delivery(endpoint_id, delivery_id), "created_at", "status")
        found = (
            Position(int(created), delivery_id)
            for (_, delivery_id), (created, status) in zip(places, await pipe.execute(), strict=True)
            if created is not None and (sought.status is None or status.decode() == sought.status)
        )
        return [position for position in found if sought.spans(position)]

    async def _deliveries(self, delivery_ids: Sequence[str]) -> tuple[Delivery, ...]:
        pipe = self._redis.pipeline(transaction=False)
        places = [(one, endpoint_of(one) or "") for one in delivery_ids]
        for delivery_id, endpoint_id in places:
            pipe.hgetall(keys.delivery(endpoint_id, delivery_id))
        return tuple(
            delivery_from(fields, delivery_id, endpoint_id)
            for (delivery_id, endpoint_id), fields in zip(places, await pipe.execute(), strict=True)
            if fields
        )


def _indexes(endpoint_ids: Sequence[str], sought: Sought) -> list[str]:
    return [
        keys.endpoint_status(one, sought.status) if sought.status else keys.endpoint_deliveries(one)
        for one in endpoint_ids
    ]
