"""Puts together the half of the feed service that serves HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from fastapi import APIRouter, FastAPI
from redis.asyncio import Redis

from services.feed.body_limit import BodyLimit
from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.api_parts import api_parts
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.routes import delivery_routes
from services.feed.desk.audited_calls import AuditedCalls
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
from services.feed.operators import OperatorTokens
from services.feed.ops.curve_recorder import CurveRecorder
from services.feed.ops.curve_routes import curve_routes
from services.feed.ops.curve_store import CurveStore
from services.feed.ops.endpoints import endpoint_reader
from services.feed.ops.metrics import backlog_registry
from services.feed.ops.routes import ops_routes
from services.feed.ops.sampler import Sampler
from services.feed.secrets_at_rest import secret_box
from services.feed.settings import FeedSettings
from shared import api_docs, openapi, problems
from shared.call_limits import CallLimits
from shared.clock import Clock
from shared.health import Check, health_routes
from shared.http_connection import Connection
from shared.kept_tokens import keep_token
from shared.outage_answers import Outages
from shared.redis_connection import not_writable_because
from shared.request_log import RequestLog, failed_or_under

ADMIN_TOKEN_FILE = "admin-token"  # noqa: S105 - the name of the file, not what is in it
READ_TOKEN_FILE = "read-token"  # noqa: S105 - the same


@dataclass(frozen=True)
class Web:
    """The half that serves HTTP: on its `connection` feeds are answered before `app` hears of a request.

    The other parts must run beside them.
    """

    app: FastAPI
    connection: type[Connection]
    sampler: Sampler
    curves: CurveRecorder
    watch: Watch
    renditions: Renditions
    errands: Errands


def make_web(settings: FeedSettings, redis: "Redis", *, clock: Clock, checks: Sequence[Check] = ()) -> Web:
    """Return the HTTP half; nothing is connected before its first request.

    `checks` tell of what else runs in this process: readiness depends on them too.
    """
    app = api_docs.application(
        "Newswire feeds and partners",
        "Serves the feeds, and lets operators and partners see and steer deliveries.",
    )
    operators = operator_tokens(settings)
    directory = Directory(redis, settings.partitions)
    watch = Watch(Changes(redis))
    renditions = _add_feeds(app, settings, redis, directory, watch, operators=operators, clock=clock)
    parts = api_parts(
        redis,
        Registry(redis, secret_box(settings)),
        DeliveryQueue(redis),
        clock,
        rules=AddressRules(settings.allow_private_endpoints),
        overlap=timedelta(hours=settings.secret_overlap_hours),
        retention=settings.retention,
    )
    app.include_router(delivery_routes(parts, operators))
    sampler = Sampler(
        redis,
        settings.partitions,
        clock,
        read_endpoints=endpoint_reader(redis, clock),
        read_feeds=partial(main_feeds, redis),
    )
    curve_store = CurveStore(redis, clock)
    _add_numbers(app, sampler, curve_store, operators, clock=clock)
    desk = make_desk(
        redis,
        settings.partitions,
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
    app.include_router(_health(redis, checks))
    app.add_middleware(AuditedCalls, audit=desk.audit, operators=operators)
    _add_manners(app)
    curves = CurveRecorder(curve_store)
    connection = connection_with(Front(renditions))
    return Web(app, connection, sampler, curves, watch, renditions, desk.errands)


def _add_feeds(
    app: FastAPI,
    settings: FeedSettings,
    redis: "Redis",
    directory: Directory,
    watch: Watch,
    *,
    operators: OperatorTokens,
    clock: Clock,
) -> Renditions:
    """Add the routes of feeds, archives and pages, and of the operators' own feeds."""
    publisher = Publisher(
        name=settings.publisher_name,
        public_url=settings.base_url,
        url=settings.publisher_url,
        description=settings.publisher_description,
        zone=settings.zone,
    )
    partitions = settings.partitions
    renditions = Renditions(redis, partitions, publisher, watch=watch, clock=clock)
    archives = Archives(redis, renditions.writer, publisher)
    filling = OwnFeedFilling(redis, partitions)
    index = FeedIndex(redis, partitions)
    for routes in (
        private_feed_routes(OwnFeedRegistry(redis), renditions, archives),
        archive_routes(archives),
        feed_routes(directory, renditions, publisher),
        feed_admin_routes(directory, index, publisher, operators=operators),
        own_feed_routes(redis, filling, publisher, clock, operators=operators),
    ):
        app.include_router(routes)
    return renditions


def _add_numbers(
    app: FastAPI, sampler: Sampler, curves: CurveStore, operators: OperatorTokens, *, clock: Clock
) -> None:
    """Add the backlog, now and over time, and the metrics."""
    registry = backlog_registry(sampler.latest, lambda: sampler.totals)
    app.include_router(curve_routes(curves, clock, operators.require))
    app.include_router(ops_routes(sampler, operators=operators, registry=registry))


def _health(redis: "Redis", checks: Sequence[Check]) -> APIRouter:
    async def redis_is_writable() -> str | None:
        return await not_writable_because(redis)

    return health_routes(redis_is_writable, *checks)


def _add_manners(app: FastAPI) -> None:
    """Add what holds for every call: its bounds, its line in the log, its errors, its documentation."""
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestLog, of_note=failed_or_under("/api/", "/ops"))
    problems.install(app)
    Outages("Redis cannot be reached or takes no writes just now. Try again in a second.").install(app)
    openapi.describe(app, guarded=["/api/"])


def operator_tokens(settings: FeedSettings) -> OperatorTokens:
    """Return the tokens that are set, and for the others those kept in the data folder."""
    return OperatorTokens(
        admin=settings.admin_token or keep_token(settings.data_dir, ADMIN_TOKEN_FILE),
        read=settings.read_token or keep_token(settings.data_dir, READ_TOKEN_FILE),
        limits=CallLimits(settings.api_rate_limit),
    )
