"""The `feeds` group as the worker runs it, until so many events are applied: prints the seconds it took."""

import asyncio
import sys
import time
from collections.abc import Sequence

import uvloop

from services.feed.consume.consuming import Consuming
from services.feed.feeds.index import ApplyReport, FeedIndex
from services.feed.inflow import Inflow
from services.feed.measures.tally import Tally
from shared.clock import SystemClock
from shared.events import ArticleEvent
from shared.logs import configure
from shared.redis_connection import connect
from shared.streams import FEEDS


async def _run(redis_url: str, wanted: int) -> float:
    applied = 0
    done = asyncio.Event()
    clock = SystemClock()
    async with connect(redis_url) as redis:
        index = FeedIndex(redis, 1)

        async def apply(partition: int, events: Sequence[ArticleEvent]) -> ApplyReport:
            nonlocal applied
            report = await index.apply(partition, events)
            applied += len(events)
            if applied >= wanted:
                done.set()
            return report

        consuming = Consuming(
            redis_url,
            redis,
            partitions=1,
            applies={FEEDS: apply},
            clock=clock,
            tally=Tally(redis, clock),
            inflow=Inflow(),
        )
        began = time.perf_counter()
        running = asyncio.create_task(consuming.run())
        await done.wait()
        seconds = time.perf_counter() - began
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return seconds


if __name__ == "__main__":
    url, count = sys.argv[1:]
    configure("json", "info", process="worker")
    print(uvloop.run(_run(url, int(count))))
