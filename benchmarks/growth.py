"""What one event costs when there is little in the store, and when there is much: articles, feeds, endpoints.

What the workers do with a batch is timed in this process, on one core, Valkey on the other one. The figures
beside are those of the small store; memory is Redis's own.
"""

import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median

import uvloop
from redis.asyncio import Redis

from benchmarks.articles import article, event
from benchmarks.installation import valkey
from benchmarks.measuring import Report, Row
from services.feed.deliveries.endpoint import Endpoint, EndpointFilter, Secret
from services.feed.deliveries.intake import Intake
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.secret_box import SecretBox, new_key
from services.feed.deliveries.signature import new_secret
from services.feed.feeds.index import FeedIndex
from shared.clock import SystemClock
from shared.events import ArticleEvent
from shared.redis_connection import connect

_BYTES, _BATCH, _MEASURED = 1_000, 100, 15
_ARTICLES, _FEEDS, _ENDPOINTS = (1_000, 100_000), (10, 10_000), (10, 5_000)
_GETTING = 10
"""Endpoints that each event goes to, however many there are."""

Take = Callable[[Sequence[ArticleEvent]], Awaitable[object]]


def run(report: Report) -> None:
    """Measure what grows, one after the other, each on a Valkey of its own."""
    print("growth", flush=True)
    for measure in (_articles, _feeds, _endpoints):
        with tempfile.TemporaryDirectory(prefix="nw-bench-") as name, valkey(Path(name), core=1) as redis_url:
            report.rows += uvloop.run(measure(redis_url))


@dataclass
class _Store:
    """A store that is filled step by step; no event comes twice."""

    redis: "Redis"
    numbers: "count[int]"

    async def fill(self, take: Take, articles: int, topics: int = 0) -> None:
        """Take in so many new articles; with `topics`, in turn about so many."""
        for _ in range(0, articles, _BATCH):
            await take(self.events(topics))

    async def cost(self, take: Take, topics: int = 0) -> float:
        """Return the microseconds that one event takes, as the median of some batches."""
        took = []
        for _ in range(_MEASURED):
            events = self.events(topics)
            began = time.perf_counter()
            await take(events)
            took.append((time.perf_counter() - began) / len(events) * 1e6)
        return median(took)

    def events(self, topics: int = 0) -> list[ArticleEvent]:
        """Return the next batch."""
        return [_about(next(self.numbers), topics) for _ in range(_BATCH)]

    async def memory(self) -> int:
        """Return the bytes that Redis uses."""
        return int((await self.redis.info("memory"))["used_memory"])


def _about(number: int, topics: int) -> ArticleEvent:
    """Return the event of a new article, about one of so many topics, or about the one of all."""
    told = event(number, _BYTES)
    if not topics:
        return told
    about = article(number, _BYTES).model_copy(update={"topics": (f"Topic {number % topics}",)})
    return told.model_copy(update={"article": about})


async def _articles(redis_url: str) -> list[Row]:
    few, many = _ARTICLES
    async with connect(redis_url) as redis:
        store, take = _Store(redis, count()), partial(FeedIndex(redis, 1).apply, 0)
        await store.fill(take, few)
        before, memory = await store.cost(take), await store.memory()
        await store.fill(take, many - few)
        grown = (await store.memory() - memory) / (many - few)
        after = await store.cost(take)
    return [
        Row(f"an event applied, {many:,} articles", after, "µs", f"{few:,}", before, "≤ 1.5"),
        Row("an article of 1 KB in five feeds, and in nothing else", grown, "bytes of Redis"),
    ]


async def _feeds(redis_url: str) -> list[Row]:
    few, many = _FEEDS
    async with connect(redis_url) as redis:
        store, take = _Store(redis, count()), partial(FeedIndex(redis, 1).apply, 0)
        await store.fill(take, many, topics=few)
        before, memory = await store.cost(take, topics=few), await store.memory()
        known = await redis.hlen("newswire:feeds")
        await store.fill(take, many, topics=many)
        made = await redis.hlen("newswire:feeds") - known
        grown = (await store.memory() - memory) / made
        # In the feeds of the beginning: what the others cost is asked, not how many a batch touches.
        after = await store.cost(take, topics=few)
    return [
        Row(f"an event applied, {many:,} feeds", after, "µs", f"{few:,}", before, "≤ 1.5"),
        Row("a feed with its first article", grown, "bytes of Redis"),
    ]


async def _endpoints(redis_url: str) -> list[Row]:
    few, many = _ENDPOINTS
    async with connect(redis_url, timeout=60) as redis:
        store, registry = _Store(redis, count()), Registry(redis, SecretBox((new_key(),)))
        take = partial(Intake(redis, registry, DeliveryQueue(redis), SystemClock()).take, 0)
        await _register(registry, range(few), every=1)
        before = await store.cost(take, topics=1)
        await _register(registry, range(few, many), every=many)
        await store.fill(take, _BATCH, topics=1)
        after = await store.cost(take, topics=1)
    what = f"an event queued for {_GETTING} endpoints of {many:,}"
    return [Row(what, after, "µs", f"of {few}", before, "≤ 1.5")]


async def _register(registry: Registry, numbers: range, *, every: int) -> None:
    """Register endpoints that want the topic of their own number, modulo `every`."""
    now = SystemClock().now()
    for number in numbers:
        await registry.add_endpoint(
            Endpoint(
                id=f"ep_{number:016}",
                partner_id=f"ptr_{number:016x}",
                url=f"https://partner.example/{number}",
                filter=EndpointFilter(topics=(f"Topic {number % every}",)),
                secrets=(Secret(key=new_secret(), created_at=now),),
                created_at=now,
            )
        )
