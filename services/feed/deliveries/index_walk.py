"""Walks through an index of deliveries from the oldest on, a bounded number at a time.

By score and not by count: what is removed or added meanwhile neither hides a delivery nor shows one twice,
and a step costs the same at the millionth as at the first.
"""

from collections.abc import AsyncIterator
from typing import Any

from redis.asyncio import Redis

Bound = int | str
"""A score as `ZRANGEBYSCORE` takes it."""


async def oldest_first(
    redis: "Redis", index: str, earliest: Bound, latest: Bound, at_once: int
) -> AsyncIterator[list[str]]:
    """Yield the ids with scores in [earliest, latest], about `at_once` in each step, each id once.

    Those of one score come together, however many they are.
    """
    low = earliest
    while found := await _scored(redis, index, low, latest, at_once):
        last = found[-1][1]
        below = [one for one in found if one[1] < last]
        if len(found) < at_once:
            yield [one for one, _ in found]
            return
        if below:
            yield [one for one, _ in below]
            low = last
        else:
            yield [one for one, _ in await _scored(redis, index, last, last, None)]
            low = f"({last}"


async def _scored(
    redis: "Redis", index: str, low: Bound, high: Bound, most: int | None
) -> list[tuple[str, int]]:
    start = None if most is None else 0
    found: Any = await redis.zrangebyscore(index, low, high, start=start, num=most, withscores=True)
    return [(member.decode(), int(score)) for member, score in found]
