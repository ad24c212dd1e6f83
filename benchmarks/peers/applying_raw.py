"""A raw redis-py loop that makes the same index: prints the seconds in which it applied so many events.

It reads as many entries at a time as ours, parses the same JSON and writes the same keys, all of them in one
pipeline a batch. It asks for nothing that is known already.
"""

import sys
import time
from typing import Any

import uvloop
from faststream.redis import BinaryMessageFormatV1
from redis.asyncio import Redis

from services.feed.consume.subscriptions import BATCH
from services.feed.feeds.selection import selections_of
from shared import keys
from shared.events import ArticleEvent
from shared.streams import FEEDS
from shared.timestamps import epoch_ms


def write(pipe: Any, event: ArticleEvent) -> None:
    """Add the commands that put one event into the index."""
    article_id, moment = event.article.id, epoch_ms(event.timestamp)
    pipe.hset(
        keys.entry(0, article_id),
        mapping={
            "version": event.version,
            "timestamp": moment,
            "withdrawn": 0,
            "document": event.model_dump_json(),
        },
    )
    pipe.sadd(keys.entries(0), article_id)
    for selection, title in selections_of(event.article).items():
        pipe.hsetnx(keys.feeds(), selection, title)
        pipe.hset(keys.feed_versions(selection), article_id, event.version)
        pipe.zadd(keys.feed_index(selection), {article_id: epoch_ms(event.ordered_at)})
        pipe.hincrby(keys.feed_state(selection), "version", 1)
        pipe.hset(keys.feed_state(selection), mapping={"updated": moment, "modified": moment})


def parse(message: bytes) -> ArticleEvent:
    """Return the event in a message of FastStream's."""
    body, _ = BinaryMessageFormatV1.parse(message)
    return ArticleEvent.model_validate_json(body)


async def _run(redis_url: str, wanted: int) -> float:
    redis: Redis = Redis.from_url(redis_url)
    applied, began = 0, time.perf_counter()
    while applied < wanted:
        reply: Any = await redis.xreadgroup(FEEDS, "raw", {keys.events(0): ">"}, count=BATCH, block=1000)
        entries = reply[0][1]
        async with redis.pipeline(transaction=False) as pipe:
            for _, fields in entries:
                write(pipe, parse(fields[b"__data__"]))
            pipe.xack(keys.events(0), FEEDS, *[entry_id for entry_id, _ in entries])
            await pipe.execute()
        applied += len(entries)
    seconds = time.perf_counter() - began
    await redis.aclose()
    return seconds


if __name__ == "__main__":
    url, count = sys.argv[1:]
    print(uvloop.run(_run(url, int(count))))
