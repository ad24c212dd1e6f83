"""Sends again what an endpoint was sent before: all deliveries whose events fall into a span of time."""

from datetime import datetime, timedelta

from redis.asyncio import Redis

from services.feed.deliveries.index_walk import oldest_first
from services.feed.deliveries.outcome import Trigger
from services.feed.deliveries.payload import TEST_EVENT
from services.feed.deliveries.resending import Resending
from shared import keys
from shared.timestamps import epoch_ms

_AT_ONCE = 500

_CLOCKS_APART = timedelta(minutes=5)
"""A delivery is made after its event; by the clocks of two machines it may seem the other way round."""


async def replay(
    redis: "Redis",
    resending: Resending,
    endpoint_id: str,
    *,
    since: datetime,
    until: datetime | None,
    now: datetime,
) -> int:
    """Queue the deliveries whose event's timestamp is in [since, until] once more; return how many that are.

    What is about to be sent anyway is left as it is, and so are tests. Events that the endpoint never had a
    delivery for, because it did not exist or did not want them then, are not among them.
    """
    index = keys.endpoint_deliveries(endpoint_id)
    queued = 0
    # Up to now: what comes while this goes on is being sent anyway.
    async for ids in oldest_first(redis, index, epoch_ms(since - _CLOCKS_APART), epoch_ms(now), _AT_ONCE):
        pipe = redis.pipeline(transaction=False)
        for one in ids:
            pipe.hmget(keys.delivery(endpoint_id, one), "event_at", "event_type")
        matching = [
            one
            for one, (event_at, event_type) in zip(ids, await pipe.execute(), strict=True)
            if event_at is not None
            and event_type.decode() != TEST_EVENT
            and epoch_ms(since) <= int(event_at)
            and (until is None or int(event_at) <= epoch_ms(until))
        ]
        results = await resending.send_again(endpoint_id, matching, now, trigger=Trigger.REPLAY, again=False)
        queued += sum(bool(result) for result in results)
    return queued
