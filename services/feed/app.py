"""Puts the feed service together, the half that serves HTTP and the half that works. The tests use it too."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI
from redis.asyncio import Redis

from services.feed.body_limit import BodyLimit
from services.feed.consume.consuming import Consuming
from services.feed.consume.upkeep import Upkeep
from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.api_parts import api_parts
from services.feed.deliveries.intake import Intake
from services.feed.deliveries.opening import open_worker
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.retention import Retention
from services.feed.deliveries.retention_sweep import RetentionSweep
from services.feed.deliveries.retry_schedule import RetrySchedule
from services.feed.deliveries.routes import delivery_routes
from services.feed.deliveries.worker import DeliveryWorker
from services.feed.desk.errands import Errands
from services.feed.desk.making import make_desk
from services.feed.feeds.admin_routes import feed_admin_routes
from services.feed.feeds.archive_routes import archive_routes
from services.feed.feeds.archives import Archives
from services.feed.feeds.catalogue import Catalogue
from services.feed.feeds.changes import Changes
from services.feed.feeds.directory import Directory
from services.feed.feeds.freshness import main_feeds
from services.feed.feeds.front import Front
from services.feed.feeds.front_connection import connection_with
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.own_feed_filling import OwnFeedFilling
from services.feed.feeds.own_feed_registry import OwnFeedRegistry
from services.feed.feeds.own_feed_routes import own_feed_routes
from services.feed.feeds.private_feed_routes import private_feed_routes
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.renditions import Renditions
from services.feed.feeds.routes import feed_routes
from services.feed.feeds.watch import Watch
from services.feed.measures.names import Reached
from services.feed.measures.tally import Tally
from services.feed.operators import OperatorTokens
from services.feed.ops.curve_recorder import CurveRecorder
from services.feed.ops.curve_routes import curve_routes
from services.feed.ops.curve_store import CurveStore
from services.feed.ops.endpoints import endpoint_reader
from services.feed.ops.metrics import backlog_registry
from services.feed.ops.routes import ops_routes
from services.feed.ops.sampler import Sampler
from services.feed.secrets_at_rest import secret_box, take_stock
from services.feed.settings import FeedSettings
from shared import api_docs, openapi, problems
from shared.call_limits import CallLimits
from shared.clock import Clock, SystemClock
from shared.health import Check, health_routes
from shared.logs import get_logger
from shared.outage import answer_503_in_outages
from shared.redis_connection import connect, not_writable_because, redis_url
from shared.request_log import RequestLog, failed_or_under
from shared.serving import bind, run_until_stopped, serve
from shared.streams import DELIVERIES, FEEDS, prepare
from shared.tokens import keep_token

log = get_logger(__name__)

ADMIN_TOKEN_FILE = "admin-token"  # noqa: S105 - the name of the file, not what is in it
READ_TOKEN_FILE = "read-token"  # noqa: S105 - the same


class Role(StrEnum):
    """Which half of the service a process is."""

    WEB = "web"
    WORKER = "worker"
    BOTH = "both"


@dataclass(frozen=True)
class Web:
    """The half that serves HTTP: `front` answers before `app`, and the other parts must run beside them."""

    app: FastAPI
    front: Front
    sampler: Sampler
    curves: CurveRecorder
    watch: Watch
    renditions: Renditions
    errands: Errands


@dataclass(frozen=True)
class Worker:
    """The half that consumes events and sends webhooks; all parts must run."""

    consuming: Consuming
    deliveries: DeliveryWorker
    own_feeds: OwnFeedFilling
    retention: RetentionSweep
    upkeep: Upkeep


def make_web(settings: FeedSettings, redis: "Redis", *, clock: Clock, worker: Worker | None = None) -> Web:
    """Return the HTTP half; nothing is connected before its first request.

    `worker` is the other half when it runs in the same process: readiness then tells of it too.
    """
    operators = operator_tokens(settings)
    partitions = settings.partitions
    publisher = Publisher(
        name=settings.publisher_name,
        public_url=settings.base_url,
        url=settings.publisher_url,
        description=settings.publisher_description,
        zone=settings.zone,
    )
    directory = Directory(redis, partitions)
    sampler = Sampler(
        redis,
        partitions,
        clock,
        read_endpoints=endpoint_reader(redis, clock),
        read_feeds=partial(main_feeds, redis),
    )

    async def redis_is_writable() -> str | None:
        return await not_writable_because(redis)

    checks: list[Check] = [redis_is_writable, *([worker.consuming.complaint] if worker else [])]
    app = FastAPI(
        title="Newswire feeds and partners",
        version=version("newswire"),
        description="Serves the feeds, and lets operators and partners see and steer deliveries.",
        docs_url=None,
        redoc_url=None,
    )
    watch = Watch(Changes(redis))
    renditions = Renditions(redis, partitions, publisher, watch=watch, clock=clock)
    archives = Archives(redis, renditions.writer, publisher)
    app.include_router(private_feed_routes(OwnFeedRegistry(redis), renditions, archives))
    app.include_router(archive_routes(archives))
    app.include_router(feed_routes(directory, renditions, publisher))
    app.include_router(
        feed_admin_routes(directory, FeedIndex(redis, partitions), publisher, operators=operators)
    )
    filling = OwnFeedFilling(redis, partitions)
    app.include_router(own_feed_routes(redis, filling, publisher, clock, operators=operators))
    parts = api_parts(
        redis,
        Registry(redis, secret_box(settings)),
        DeliveryQueue(redis),
        clock,
        rules=AddressRules(settings.allow_private_endpoints),
        overlap=timedelta(hours=settings.secret_overlap_hours),
        retention=_retention(settings),
    )
    app.include_router(delivery_routes(parts, operators))
    curve_store = CurveStore(redis, clock)
    app.include_router(curve_routes(curve_store, clock, operators.require))
    app.include_router(
        ops_routes(
            sampler, operators=operators, registry=backlog_registry(sampler.latest, lambda: sampler.totals)
        )
    )
    desk = make_desk(
        redis,
        partitions,
        operators,
        sampler=sampler,
        curves=curve_store,
        deliveries=parts,
        feeds=Catalogue(directory),
        clock=clock,
        public_url=settings.base_url,
    )
    for routes in desk.routes:
        app.include_router(routes)
    app.include_router(health_routes(*checks))
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestLog, of_note=failed_or_under("/api/", "/ops"))
    problems.install(app)
    answer_503_in_outages(app, "Redis cannot be reached or takes no writes just now. Try again in a second.")
    openapi.describe(app, guarded=["/api/"])
    api_docs.install(app)
    curves = CurveRecorder(curve_store)
    return Web(app, Front(renditions), sampler, curves, watch, renditions, desk.errands)


def operator_tokens(settings: FeedSettings) -> OperatorTokens:
    """Return the tokens that are set, and for the others those kept in the data folder."""
    return OperatorTokens(
        admin=settings.admin_token or keep_token(settings.data_dir, ADMIN_TOKEN_FILE),
        read=settings.read_token or keep_token(settings.data_dir, READ_TOKEN_FILE),
        limits=CallLimits(settings.api_rate_limit),
    )


@asynccontextmanager
async def open_worker_half(
    settings: FeedSettings, redis: "Redis", tally: Tally, *, clock: Clock
) -> AsyncIterator[Worker]:
    """Make the working half; it works once all of its parts run."""
    registry, queue = Registry(redis, secret_box(settings)), DeliveryQueue(redis)
    async with open_worker(
        registry,
        queue,
        clock,
        tally,
        rules=AddressRules(settings.allow_private_endpoints),
        schedule=RetrySchedule(settings.retry_schedule),
        user_agent=f"Newswire/{version('newswire')}",
    ) as deliveries:
        index = FeedIndex(redis, settings.partitions, partial(tally.arrived, Reached.FEED))
        intake = Intake(redis, registry, queue, clock, wake=deliveries.wake, retention=_retention(settings))
        consuming = Consuming(
            redis_url(settings),
            redis,
            partitions=settings.partitions,
            applies={FEEDS: index.apply, DELIVERIES: intake.take},
            clock=clock,
            tally=tally,
        )
        sweep = RetentionSweep(redis, registry, clock, _retention(settings))
        upkeep = Upkeep(
            redis,
            settings.partitions,
            events=timedelta(days=settings.keep_events_days),
            dead_letters=timedelta(days=settings.keep_dead_days),
        )
        yield Worker(consuming, deliveries, OwnFeedFilling(redis, settings.partitions), sweep, upkeep)


def _retention(settings: FeedSettings) -> Retention:
    return Retention(
        delivered=timedelta(days=settings.keep_delivered_days),
        dead=timedelta(days=settings.keep_dead_days),
        schedule=RetrySchedule(settings.retry_schedule),
    )


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
