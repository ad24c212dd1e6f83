"""FastStream as its pages show it, one message at a time: prints the seconds for so many events.

https://faststream.ag2.ai/latest/redis/streams/groups/: a subscriber of a group whose handler takes the event
as a pydantic model, and which acknowledges when the handler returns. The handler writes one pipeline.
"""

import asyncio
import logging
import sys
import time

import uvloop
from faststream.redis import RedisBroker, StreamSub
from redis.asyncio import Redis

from benchmarks.peers.applying_raw import write
from shared import keys
from shared.events import ArticleEvent
from shared.streams import FEEDS


async def _run(redis_url: str, wanted: int) -> float:
    broker = RedisBroker(redis_url, logger=logging.getLogger("quiet"), log_level=logging.DEBUG)
    redis: Redis = Redis.from_url(redis_url)
    applied = 0
    done = asyncio.Event()

    @broker.subscriber(stream=StreamSub(keys.events(0), group=FEEDS, consumer="one"))
    async def apply(event: ArticleEvent) -> None:
        nonlocal applied
        async with redis.pipeline(transaction=False) as pipe:
            write(pipe, event)
            await pipe.execute()
        applied += 1
        if applied >= wanted:
            done.set()

    began = time.perf_counter()
    await broker.start()
    await done.wait()
    seconds = time.perf_counter() - began
    await broker.stop()
    await redis.aclose()
    return seconds


if __name__ == "__main__":
    url, count = sys.argv[1:]
    print(uvloop.run(_run(url, int(count))))
