"""Measures how long articles take to healthy endpoints, with and without others beside them that hang."""

import asyncio
import time
from dataclasses import dataclass

from aiohttp import web
from redis.asyncio import Redis

from services.feed.deliveries.endpoint_reading import percentile
from tests.builders import an_event
from tests.feed.deliveries.answers import holding
from tests.feed.deliveries.delivery_builders import Deliveries, deliveries
from tests.receiver import Received, a_receiver


@dataclass(frozen=True)
class Load:
    """How many endpoints of each sort, how many articles, and how many of them a second."""

    healthy: int
    hanging: int
    articles: int
    per_second: float


async def p99_ms(redis: Redis, load: Load) -> int:
    """Return the p99 of the milliseconds from an article's intake to its arrival at healthy endpoints.

    `redis` must be empty. Everything is warm when the measuring begins, and who hangs does so to its end.
    """
    taken: dict[str, float] = {}
    took: list[int] = []
    let_go = asyncio.Event()

    async def arrived(received: Received) -> web.StreamResponse:
        took.append(round((time.perf_counter() - taken[received.headers["webhook-id"]]) * 1000))
        return web.Response(status=204)

    async def publish(sending: Deliveries) -> None:
        event = an_event()
        taken[event.id] = time.perf_counter()
        await sending.intake.take(0, [event])

    async with a_receiver() as healthy, a_receiver() as hanging:
        healthy.answer, hanging.answer = arrived, holding(let_go)
        async with deliveries(redis, timeout=60, grace=0.05) as sending:
            for receiver, endpoints in ((healthy, load.healthy), (hanging, load.hanging)):
                for number in range(endpoints):
                    await sending.add(f"{receiver.url}/{number}")
            await publish(sending)
            await healthy.wait_for(load.healthy)
            await hanging.wait_for(load.hanging)
            took.clear()
            began = time.perf_counter()
            for number in range(load.articles):
                await asyncio.sleep(max(0.0, began + number / load.per_second - time.perf_counter()))
                await publish(sending)
            await healthy.wait_for(load.healthy * (load.articles + 1), seconds=120)
        let_go.set()
    p99 = percentile(sorted(took), 99)
    assert p99 is not None
    return p99
