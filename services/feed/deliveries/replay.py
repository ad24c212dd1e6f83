"""Sends again what an endpoint was sent before: all deliveries whose events fall into a span of time."""

from datetime import datetime, timedelta
from typing import Any

from redis.asyncio import Redis

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
    earliest = epoch_ms(since - _CLOCKS_APART)
    queued = start = 0
    while True:
        members: list[Any] = await redis.zrangebyscore(index, earliest, "+inf", start=start, num=_AT_ONCE)
        if not members:
            return queued
        start += len(members)
        pipe = redis.pipeline(transaction=False)
        for member in members:
            pipe.hmget(keys.delivery(endpoint_id, member.decode()), "event_at", "event_type")
        matching = [
            member.decode()
            for member, (event_at, event_type) in zip(members, await pipe.execute(), strict=True)
            if event_at is not None
            and event_type.decode() != TEST_EVENT
            and epoch_ms(since) <= int(event_at)
            and (until is None or int(event_at) <= epoch_ms(until))
        ]
        results = await resending.send_again(endpoint_id, matching, now, trigger=Trigger.REPLAY, again=False)
        queued += sum(bool(result) for result in results)
