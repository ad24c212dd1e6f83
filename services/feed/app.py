"""Runs the feed service: the half that serves HTTP, the half that works, or both in one process."""

from contextlib import AsyncExitStack
from enum import StrEnum

from services.feed.deliveries.registry import Registry
from services.feed.feeds.front_connection import connection_with
from services.feed.measures.tally import Tally
from services.feed.secrets_at_rest import secret_box, take_stock
from services.feed.settings import FeedSettings
from services.feed.web_half import make_web
from services.feed.worker_half import open_worker_half
from shared.clock import SystemClock
from shared.logs import get_logger
from shared.redis_connection import connect, redis_url
from shared.serving import bind, run_until_stopped, serve
from shared.streams import prepare

log = get_logger(__name__)


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
    serves, works = role is not Role.WORKER, role is not Role.WEB
    listening = bind(settings.feed_host, settings.feed_port, "NEWSWIRE_FEED_PORT") if serves else None
    async with AsyncExitStack() as stack:
        redis = connect(redis_url(settings))
        stack.push_async_callback(redis.aclose)
        await prepare(redis, settings)
        await take_stock(Registry(redis, secret_box(settings)))
        parts = []
        worker = None
        if works:
            tally = Tally(redis, clock)
            # After everything that counts: the stack closes the other way round.
            stack.push_async_callback(tally.close)
            worker = await stack.enter_async_context(open_worker_half(settings, redis, tally, clock=clock))
            parts += [worker.consuming.run(), worker.deliveries.run(), worker.own_feeds.run()]
            parts += [worker.retention.run(), worker.upkeep.run(), tally.run()]
        if listening is not None:
            web = make_web(settings, redis, clock=clock, worker=worker)
            serving = serve(web.app, listening, connection=connection_with(web.front))
            parts += [serving, web.sampler.run(), web.watch.run(), web.renditions.run()]
            parts.append(web.errands.run())
            parts.append(web.curves.run(web.sampler.latest, lambda: web.sampler.totals.latencies))
        log.info("feed.started", role=role.value, url=settings.base_url if serves else None)
        await run_until_stopped(*parts)
