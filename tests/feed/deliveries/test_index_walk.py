"""A walk through an index shows each delivery once, whatever comes, goes or was made in one moment."""

import random

import pytest
from redis.asyncio import Redis

from services.feed.deliveries.index_walk import oldest_first

INDEX = "index"


async def walked(
    redis: Redis, at_once: int, earliest: int | str = "-inf", latest: int | str = "+inf"
) -> list[str]:
    return [one async for ids in oldest_first(redis, INDEX, earliest, latest, at_once) for one in ids]


@pytest.mark.parametrize("at_once", [1, 2, 3, 7, 50, 1000])
@pytest.mark.parametrize("moments", [1, 4, 300])
async def test_each_is_shown_once_from_the_oldest_on(redis: Redis, at_once: int, moments: int) -> None:
    chance = random.Random(moments)  # noqa: S311 - the same each time, no secret
    scores = {f"d{n}": chance.randrange(moments) for n in range(100)}
    await redis.zadd(INDEX, scores)
    found = await walked(redis, at_once)
    assert sorted(found) == sorted(scores)
    assert [scores[one] for one in found] == sorted(scores.values())


async def test_only_the_span_is_shown_both_ends_of_it_included(redis: Redis) -> None:
    await redis.zadd(INDEX, {f"d{n}": n for n in range(10)})
    assert await walked(redis, 2, 3, 6) == ["d3", "d4", "d5", "d6"]
    assert await walked(redis, 2, "(3", "(6") == ["d4", "d5"]
    assert await walked(redis, 2, 11, "+inf") == []


async def test_what_goes_meanwhile_hides_nothing_that_stays(redis: Redis) -> None:
    await redis.zadd(INDEX, {f"d{n:02}": n // 3 for n in range(60)})
    found: list[str] = []
    async for ids in oldest_first(redis, INDEX, "-inf", "+inf", 5):
        found += ids
        await redis.zrem(INDEX, *ids, "d59")
        await redis.zadd(INDEX, {f"new-{len(found)}": -1})
    assert found == [f"d{n:02}" for n in range(59)]


async def test_a_step_is_about_as_long_as_asked_for(redis: Redis) -> None:
    await redis.zadd(INDEX, {f"d{n:04}": n for n in range(1000)})
    steps = [len(ids) async for ids in oldest_first(redis, INDEX, "-inf", "+inf", 100)]
    assert max(steps) <= 100
    assert len(steps) <= 12
