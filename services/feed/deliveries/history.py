"""Reads what was sent and what waits: one delivery with its attempts, or many, page by page."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from services.feed.deliveries.delivery import Attempt, Delivery, DeliveryStatus, delivery_from
from services.feed.deliveries.endpoint import endpoint_of
from shared import keys


class BadCursorError(ValueError):
    """The cursor is none that a page of ours gave out."""


@dataclass(frozen=True, order=True)
class Position:
    """Where a delivery stands in the order of all: by creation, then by id."""

    created_ms: int
    delivery_id: str

    def cursor(self) -> str:
        """Return the position as opaque text."""
        return base64.urlsafe_b64encode(json.dumps([self.created_ms, self.delivery_id]).encode()).decode()

    @staticmethod
    def of_cursor(cursor: str) -> "Position":
        """Return the position that a cursor stands for; raises `BadCursorError`."""
        try:
            created_ms, delivery_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        except ValueError as error:
            raise BadCursorError from error
        if not isinstance(created_ms, int) or not isinstance(delivery_id, str):
            raise BadCursorError
        return Position(created_ms, delivery_id)


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
        return delivery, tuple(Attempt.model_validate_json(attempt) for attempt in attempts)

    async def page(
        self, endpoint_ids: Sequence[str], status: DeliveryStatus | None, cursor: str | None, limit: int
    ) -> Page:
        """Return up to `limit` deliveries of these endpoints that are older than the cursor.

        New deliveries do not shift the pages: a cursor is a place in the order, not a count.
        """
        before = None if cursor is None else Position.of_cursor(cursor)
        indexes = {
            endpoint_id: keys.endpoint_status(endpoint_id, status)
            if status
            else keys.endpoint_deliveries(endpoint_id)
            for endpoint_id in endpoint_ids
        }
        found = await self._positions(list(indexes.values()), before, limit + 1)
        newest = sorted(found, reverse=True)[: limit + 1]
        deliveries = await self._deliveries([position.delivery_id for position in newest[:limit]])
        more = len(newest) > limit
        return Page(deliveries, newest[limit - 1].cursor() if more else None)

    async def _positions(self, indexes: Sequence[str], before: Position | None, most: int) -> list[Position]:
        """Return from each index the newest positions before the cursor, at least `most` if there are."""
        ties = [0] * len(indexes)
        if before is not None:
            pipe = self._redis.pipeline(transaction=False)
            for index in indexes:
                pipe.zcount(index, before.created_ms, before.created_ms)
            ties = await pipe.execute()
        newest = "+inf" if before is None else before.created_ms
        pipe = self._redis.pipeline(transaction=False)
        for index, tied in zip(indexes, ties, strict=True):
            pipe.zrevrangebyscore(index, newest, "-inf", start=0, num=most + tied, withscores=True)
        positions = (
            Position(int(score), member.decode()) for reply in await pipe.execute() for member, score in reply
        )
        return [position for position in positions if before is None or position < before]

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
