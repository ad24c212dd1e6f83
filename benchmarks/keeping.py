"""A million deliveries: the memory they take, pages of them with each filter, and what sweeping them costs.

They are made by the service's own queue, 100 endpoints of 10 partners, most of them delivered; pages are
asked of the real HTTP process, first with a hundredth of them, then with all.
"""

import asyncio
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import Any

import aiohttp
from redis.asyncio import Redis

from benchmarks.articles import event
from benchmarks.installation import TOKEN, answers, free_port, newswire, valkey, wait_for
from benchmarks.measuring import Report, Row
from services.feed.deliveries.attempt import Attempt
from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.endpoint import Endpoint, Secret
from services.feed.deliveries.intake import Intake
from services.feed.deliveries.lease import Ask, Finish, Hand, Lease
from services.feed.deliveries.outcome import ErrorClass
from services.feed.deliveries.partner import Partner
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.retention import Retention
from services.feed.deliveries.retention_sweep import RetentionSweep
from services.feed.deliveries.secret_box import SecretBox, new_key
from services.feed.deliveries.signature import new_secret
from shared.clock import SystemClock
from shared.redis_connection import connect

_PARTNERS, _ENDPOINTS = 10, 100
_FEW, _MANY = 100, 10_100
"""Events; each goes to all endpoints."""

_BATCH = 100
_BODY_BYTES = 3500
_ASKED = 60
_HAND = Hand("benchmark", 1)


class LaterClock:
    """The machine's clock, so many days on."""

    def __init__(self, days: float) -> None:
        self._ahead = timedelta(days=days)

    def now(self) -> datetime:
        """Return that moment."""
        return SystemClock().now() + self._ahead


def run(report: Report) -> None:
    """Fill, measure, fill up, measure again, sweep."""
    print("keeping", flush=True)
    with tempfile.TemporaryDirectory(prefix="nw-bench-") as name, valkey(Path(name)) as redis_url:
        port, key = free_port(), new_key()
        settings = {
            "REDIS_URL": redis_url,
            "DATA_DIR": str(Path(name) / "data"),
            "FEED_PORT": str(port),
            "SECRETS_KEY": key,
            "API_RATE_LIMIT": "100000",
        }
        with newswire("feed --role web", settings):
            url = f"http://127.0.0.1:{port}"
            wait_for(partial(answers, f"{url}/readyz"), "Newswire")
            asyncio.run(_measure(redis_url, SecretBox((key,)), url, report))


async def _measure(redis_url: str, box: SecretBox, url: str, report: Report) -> None:
    async with connect(redis_url, timeout=60) as redis:
        filling = Filling(redis, Registry(redis, box))
        await filling.register()
        await filling.fill(0, _FEW)
        few = await _pages(url, await filling.questions())
        before, bodies = await _memory(redis)
        await filling.fill(_FEW, _MANY)
        after, all_bodies = await _memory(redis)
        made = (_MANY - _FEW) * _ENDPOINTS
        many = await _pages(url, await filling.questions())
        report.rows += [
            Row(f"{made:,} deliveries with their attempts", (after - before) / 1e6, "MB of Redis"),
            Row(f"bodies of their {_MANY - _FEW:,} events", (all_bodies - bodies) / 1e6, "MB of Redis"),
            *(
                Row(f"page of 50, {what}: p95", milliseconds, "ms", f"of {_FEW * _ENDPOINTS:,}", few[what])
                for what, milliseconds in many.items()
            ),
        ]
        report.rows += await _sweep(redis, box)


class Filling:
    """Makes partners, endpoints and deliveries."""

    def __init__(self, redis: "Redis", registry: Registry) -> None:
        self._redis = redis
        self._registry = registry
        self._queue = DeliveryQueue(redis)
        self._clock = SystemClock()
        self._ids = [f"ep_{number:016}" for number in range(_ENDPOINTS)]

    async def register(self) -> None:
        """Make the partners and their endpoints."""
        now = self._clock.now()
        for number in range(_PARTNERS):
            await self._registry.add_partner(
                Partner(id=_partner(number), name=f"Partner {number}", created_at=now)
            )
        for number, endpoint_id in enumerate(self._ids):
            await self._registry.add_endpoint(
                Endpoint(
                    id=endpoint_id,
                    partner_id=_partner(number % _PARTNERS),
                    url=f"https://partner.example/{number}",
                    secrets=(Secret(key=new_secret(), created_at=now),),
                    created_at=now,
                )
            )

    async def fill(self, first: int, end: int) -> None:
        """Take in events and bring their deliveries to an end."""
        intake = Intake(self._redis, self._registry, self._queue, self._clock)
        for start in range(first, end, _BATCH):
            await intake.take(0, [event(number, _BODY_BYTES) for number in range(start, start + _BATCH)])
            for some in range(0, _ENDPOINTS, 10):
                await self._end(self._ids[some : some + 10])

    async def _end(self, endpoint_ids: Sequence[str]) -> None:
        asks = [Ask(one, _BATCH, concurrency=_BATCH) for one in endpoint_ids]
        now = self._clock.now()
        leases = (await self._queue.turn((), asks, now, hand=_HAND)).leases
        await self._queue.turn(
            [_finish(lease, n, now) for n, lease in enumerate(leases)], (), now, hand=_HAND
        )

    async def questions(self) -> dict[str, dict[str, str]]:
        """Return each filter by its name."""
        middle = event(_FEW // 2, _BODY_BYTES)
        noted: Any = await self._redis.zrange(
            f"newswire:{{{self._ids[0]}}}:deliveries", 0, 0, withscores=True
        )
        (member, created_ms) = noted[0]
        since = datetime.fromtimestamp(created_ms / 1000, self._clock.now().tzinfo)
        known = member.decode().rpartition("_")[2]
        return {
            "no filter": {},
            "one endpoint": {"endpoint": self._ids[7]},
            "one partner": {"partner": _partner(3)},
            "status=dead": {"status": "dead"},
            "status=delivered of an endpoint": {"status": "delivered", "endpoint": self._ids[7]},
            "one event": {"event": f"evt_{known}"},
            "one article": {"article": middle.article.id},
            "the oldest minute": {
                "since": since.isoformat(),
                "until": (since + timedelta(minutes=1)).isoformat(),
            },
        }


def _partner(number: int) -> str:
    return f"ptr_{number:016x}"


def _finish(lease: Lease, number: int, now: datetime) -> Finish:
    """Let one in fifty die and one in a hundred wait for its next attempt."""
    dead, waits = number % 50 == 0, number % 100 == 1
    failed = dead or waits
    attempt = Attempt(
        number=lease.attempts + 1,
        at=now,
        trigger=lease.trigger,
        duration_ms=23,
        status=500 if failed else 200,
        error=ErrorClass.STATUS if failed else None,
        detail="answered 500" if failed else None,
        excerpt="Internal Server Error" if failed else '{"ok":true}',
    )
    status = DeliveryStatus.DEAD if dead else DeliveryStatus.RETRYING if waits else DeliveryStatus.DELIVERED
    return Finish(lease, attempt, status, now + timedelta(days=1) if waits else None, now)


async def _memory(redis: "Redis") -> tuple[int, int]:
    """Return the bytes in use without the bodies, and those of the bodies."""
    used = int((await redis.info("memory"))["used_memory"])
    bodies = 0
    names = [name async for name in redis.scan_iter("newswire:{p0}:payload:*", count=10_000)]
    for start in range(0, len(names), 1000):
        pipe = redis.pipeline(transaction=False)
        for name in names[start : start + 1000]:
            pipe.memory_usage(name)
        bodies += sum(await pipe.execute())
    return used - bodies, bodies


async def _pages(url: str, questions: Mapping[str, dict[str, str]]) -> dict[str, float]:
    """Return the p95 of the milliseconds that a page of each takes."""
    found = {}
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for what, question in questions.items():
            took = []
            for _ in range(_ASKED):
                began = time.perf_counter()
                async with session.get(f"{url}/api/deliveries", params=question) as answer:
                    answer.raise_for_status()
                    await answer.read()
                took.append((time.perf_counter() - began) * 1000)
            found[what] = quantiles(took, n=20)[18]
    return found


async def _sweep(redis: "Redis", box: SecretBox) -> list[Row]:
    """Sweep as if 31 days had passed, and see how long others wait for Redis meanwhile."""
    sweep = RetentionSweep(redis, Registry(redis, box), LaterClock(31), Retention())
    longest = 0.0
    began = time.perf_counter()
    sweeping = asyncio.create_task(sweep.sweep())
    while not sweeping.done():
        asked = time.perf_counter()
        await redis.ping()
        longest = max(longest, time.perf_counter() - asked)
        await asyncio.sleep(0.01)
    removed = await sweeping
    return [
        Row(f"sweeping {removed:,} old deliveries", time.perf_counter() - began, "s"),
        Row("longest wait for Redis while that goes on", longest * 1000, "ms"),
    ]
