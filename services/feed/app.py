"""Runs the feed service: the half that serves HTTP, the half that works, or both in one process.

Only those processes load a half that are it: without FastAPI a worker starts in two thirds of the time.
"""

from collections.abc import Coroutine
from contextlib import AsyncExitStack
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from redis.asyncio import Redis

from services.feed.deliveries.registry import Registry
from services.feed.measures.tally import Tally
from services.feed.secrets_at_rest import secret_box, take_stock
from services.feed.settings import FeedSettings
from shared.clock import Clock, SystemClock
from shared.logs import get_logger
from shared.process import run_until_stopped
from shared.redis_connection import connect, redis_url
from shared.streams import prepare

if TYPE_CHECKING:
    import socket

    from shared.health import Check

log = get_logger(__name__)

Parts = list[Coroutine[Any, Any, None]]
"""What runs side by side until the process is stopped."""


class Role(StrEnum):
    """Which half of the service a process is."""

    WEB = "web"
    WORKER = "worker"
    BOTH = "both"


async def run(settings: FeedSettings, role: Role) -> None:
    """Run one process of the service until SIGINT or SIGTERM.

    Raises `StartError` when it cannot begin, and whatever made it unable to go on.
    """
    clock = SystemClock()
    # Before all else: a port that is taken is told at once.
    listening = None if role is Role.WORKER else _listen(settings)
    async with AsyncExitStack() as stack:
        redis = connect(redis_url(settings))
        stack.push_async_callback(redis.aclose)
        await prepare(redis, settings)
        await take_stock(Registry(redis, secret_box(settings)))
        parts: Parts = []
        checks: list[Check] = []
        if role is not Role.WEB:
            checks.append(await _add_worker(parts, stack, settings, redis, clock))
        if listening is not None:
            _add_web(parts, listening, settings, redis, clock=clock, checks=checks)
        log.info("feed.started", role=role.value, url=settings.base_url if listening else None)
        await run_until_stopped(*parts)


def _listen(settings: FeedSettings) -> "socket.socket":
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
    parts += [worker.consuming.run(), worker.deliveries.run(), worker.own_feeds.run()]
    parts += [worker.retention.run(), worker.upkeep.run(), tally.run()]
    return worker.consuming.complaint


def _add_web(
    parts: Parts,
    listening: "socket.socket",
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
    parts += [serve(web.app, listening, connection=web.connection), web.errands.run()]
    parts += [web.sampler.run(), web.watch.run(), web.renditions.run()]
    parts.append(web.curves.run(web.sampler.latest, lambda: web.sampler.totals.latencies))
