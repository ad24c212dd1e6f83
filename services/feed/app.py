"""Runs the feed service: the half that serves HTTP, the half that works, or both in one process.

Only those processes load a half that are it: without FastAPI a worker starts in two thirds of the time.
"""

from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from redis.asyncio import Redis

from services.feed.deliveries.registry import Registry
from services.feed.measures.tally import Tally
from services.feed.secrets_at_rest import secret_box, take_stock
from services.feed.settings import FeedSettings
from shared.clock import Clock, SystemClock
from shared.logs import get_logger
from shared.process import loading, run_until_stopped
from shared.redis_address import redis_url
from shared.redis_connection import connect
from shared.redis_waits import wait_and_tell
from shared.streams import prepare

if TYPE_CHECKING:
    import socket

    from shared.health import Check

log = get_logger(__name__)

Parts = list[Callable[[], Coroutine[Any, Any, None]]]
"""What is run side by side until the process is stopped."""


class Role(StrEnum):
    """Which half of the service a process is."""

    WEB = "web"
    WORKER = "worker"
    BOTH = "both"


async def run(settings: FeedSettings, role: Role, *, wait_for_redis: bool) -> None:
    """Run one process of the service until SIGINT or SIGTERM.

    It is put together before Redis is asked for anything: one that is waited for is often loading, and all is
    ready when it has done so. Raises `StartError` when it cannot begin, and whatever made it unable to go on.
    """
    clock = SystemClock()
    # Before all else: a port that is taken is told at once.
    bound = None if role is Role.WORKER else _bind(settings)
    async with AsyncExitStack() as stack:
        redis = connect(redis_url(settings))
        stack.push_async_callback(redis.aclose)
        parts: Parts = []
        checks: list[Check] = []
        with loading():
            if role is not Role.WEB:
                checks.append(await _add_worker(parts, stack, settings, redis, clock))
            if bound is not None:
                _add_web(parts, bound, settings, redis, clock=clock, checks=checks)
        if wait_for_redis:
            await wait_and_tell(redis_url(settings))
        await prepare(redis, settings)
        await take_stock(Registry(redis, secret_box(settings)))
        log.info("feed.started", role=role.value, url=settings.base_url if bound else None)
        await run_until_stopped(*(part() for part in parts))


def _bind(settings: FeedSettings) -> "socket.socket":
    from shared.serving import bind  # noqa: PLC0415

    return bind(settings.feed_host, settings.feed_port, "NEWSWIRE_FEED_PORT")


async def _add_worker(
    parts: Parts, stack: AsyncExitStack, settings: FeedSettings, redis: "Redis", clock: Clock
) -> "Check":
    """Add the half that works; return what tells whether it can."""
    from services.feed.worker_half import open_worker_half  # noqa: PLC0415

    tally = Tally(redis, clock)
    # After everything that counts: the stack closes the other way round.
    stack.push_async_callback(tally.close)
    worker = await stack.enter_async_context(open_worker_half(settings, redis, tally, clock=clock))
    parts += [worker.consuming.run, worker.deliveries.run, worker.own_feeds.run]
    parts += [worker.retention.run, worker.upkeep.run, tally.run]
    return worker.consuming.complaint


def _add_web(
    parts: Parts,
    bound: "socket.socket",
    settings: FeedSettings,
    redis: "Redis",
    *,
    clock: Clock,
    checks: "list[Check]",
) -> None:
    """Add the half that serves HTTP."""
    from services.feed.web_half import make_web  # noqa: PLC0415
    from shared.serving import serve  # noqa: PLC0415

    web = make_web(settings, redis, clock=clock, checks=checks)
    parts += [partial(serve, web.app, bound, connection=web.connection), web.errands.run]
    parts += [web.sampler.run, web.watch.run, web.renditions.run]
    parts.append(partial(web.curves.run, web.sampler.latest, lambda: web.sampler.totals.latencies))
