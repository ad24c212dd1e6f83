"""The numbers of very many endpoints cost a bounded look, and none of them is old."""

from typing import Any

import pytest
from redis.asyncio import Redis

from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.endpoint import EndpointStatus
from services.feed.deliveries.partner import Partner
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.roll_call import RollCall
from shared import keys
from shared.timestamps import epoch_ms
from tests.builders import NOON
from tests.feed.deliveries.delivery_builders import A_BOX, an_endpoint


@pytest.fixture
def registry(redis: Redis) -> Registry:
    return Registry(redis, A_BOX)


async def calls(redis: Redis, command: str) -> int:
    """Return how often the server ran a command, within scripts too."""
    stats: dict[str, Any] = await redis.info("commandstats")
    return int(stats.get(f"cmdstat_{command}", {}).get("calls", 0))


async def dead_of(roll_call: RollCall) -> dict[str, int]:
    return {one.numbers.endpoint_id: one.numbers.dead for one in await roll_call.read(NOON)}


async def test_of_very_many_endpoints_each_look_reads_some_and_every_fourth_sees_all(
    redis: Redis, registry: Registry
) -> None:
    ids = [f"ep_{number}" for number in range(1000)]
    for endpoint_id in ids:
        await registry.add_endpoint(an_endpoint(id=endpoint_id))
    roll_call = RollCall(redis)
    assert (await dead_of(roll_call)).keys() == set(ids)
    for endpoint_id in ids:
        await redis.zadd(keys.endpoint_status(endpoint_id, DeliveryStatus.DEAD), {"d": 1})
    before = await calls(redis, "eval")
    seen = [sum((await dead_of(roll_call)).values()) for _ in range(4)]
    assert seen == [250, 500, 750, 1000]
    assert await calls(redis, "eval") - before == 1000


async def test_who_comes_changes_or_goes_is_seen_at_the_next_look(redis: Redis, registry: Registry) -> None:
    roll_call = RollCall(redis)
    assert await roll_call.read(NOON) == []
    await registry.add_partner(Partner(id="ptr_1", name="The Gazette", created_at=NOON))
    await registry.add_endpoint(an_endpoint(id="ep_1", partner_id="ptr_1"))
    await registry.add_endpoint(an_endpoint(id="ep_2", partner_id="ptr_2"))
    assert [one.partner_name for one in await roll_call.read(NOON)] == [None, "The Gazette"]
    await registry.change_endpoint("ep_1", lambda known: known.with_status(EndpointStatus.PAUSED))
    await registry.remove_endpoint("ep_2", NOON)
    (left,) = await roll_call.read(NOON)
    assert (left.numbers.endpoint_id, left.numbers.state) == ("ep_1", "paused")


async def test_attempts_are_read_again_only_when_there_are_more(redis: Redis, registry: Registry) -> None:
    await registry.add_endpoint(an_endpoint(id="ep_1"))
    roll_call = RollCall(redis)
    await redis.rpush(keys.endpoint_latencies("ep_1"), "1:30", "0:10")
    await redis.hset(keys.endpoint_statistics("ep_1"), "attempts", 2)
    first = await roll_call.read(NOON)
    again = await roll_call.read(NOON)
    assert await calls(redis, "lrange") == 1
    await redis.lpush(keys.endpoint_latencies("ep_1"), "1:90")
    await redis.hset(keys.endpoint_statistics("ep_1"), "attempts", 3)
    (later,) = await roll_call.read(NOON)
    assert [(one.numbers.success_rate, one.numbers.p95_ms) for one in first] == [(0.5, 30)]
    assert again == first
    assert (later.numbers.success_rate, later.numbers.p95_ms) == (2 / 3, 90)


async def test_what_is_past_due_is_told_apart_from_what_is_scheduled(
    redis: Redis, registry: Registry
) -> None:
    await registry.add_endpoint(an_endpoint(id="ep_1"))
    at = epoch_ms(NOON)
    await redis.zadd(keys.endpoint_due("ep_1"), {"late": at - 90_000, "now": at, "later": at + 1})
    await redis.zadd(keys.endpoint_leased("ep_1"), {"held": at + 9000})
    await redis.zadd(keys.endpoint_status("ep_1", DeliveryStatus.RETRYING), {"later": 1})
    (one,) = await RollCall(redis).read(NOON)
    numbers = one.numbers
    assert (numbers.due, numbers.past_due, numbers.past_due_age_seconds) == (3, 2, 90.0)
    assert numbers.retrying == 1
