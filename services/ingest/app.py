"""Puts the ingest service together: what it needs, its routes, its errors. The tests use it too."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from prometheus_client import CollectorRegistry
from redis.exceptions import RedisError

from services.ingest.acceptance import Acceptance
from services.ingest.claims import TooManyClaims
from services.ingest.guard import Guard
from services.ingest.metrics import Metrics
from services.ingest.openapi import READ_BY_ROUTES
from services.ingest.publish import TooManyWriters
from services.ingest.routes_articles import accept_one, article_routes
from services.ingest.routes_documents import document_routes
from services.ingest.routes_service import service_routes
from services.ingest.settings import IngestSettings
from services.ingest.swift import SwiftAccepting
from shared import api_docs, openapi, problems
from shared.clock import Clock
from shared.health import health_routes
from shared.kept_tokens import keep_token
from shared.outage_answers import Outages
from shared.redis_address import redis_url
from shared.redis_connection import connect, not_writable_because
from shared.request_log import RequestLog

_COME_AGAIN = "The store cannot take this just now. Send it again: it is never taken twice."

TOKEN_FILE = "ingest-token"  # noqa: S105 - the name of the file, not what is in it


def ingest_token(settings: IngestSettings) -> str:
    """Return the token that clients must bear: the one that was set, else the one kept in the data folder."""
    return settings.ingest_token or keep_token(settings.data_dir, TOKEN_FILE)


def make_app(settings: IngestSettings, *, clock: Clock) -> FastAPI:
    """Return the service; nothing is connected before its first request."""
    redis = connect(redis_url(settings), retries=0)
    untimed = connect(redis_url(settings), retries=0, timeout=None)
    metrics = Metrics(CollectorRegistry())
    acceptance = Acceptance(
        untimed,
        partitions=settings.partitions,
        zone=settings.zone,
        clock=clock,
        metrics=metrics,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await untimed.aclose()
        await redis.aclose()

    app = api_docs.application(
        "Newswire ingest",
        "Takes articles and documents in, stores them and publishes their events.",
        lifespan,
    )
    guard = Guard(ingest_token(settings), settings.ingest_rate_limit)
    app.include_router(article_routes(acceptance), dependencies=[Depends(guard)])
    app.include_router(document_routes(acceptance), dependencies=[Depends(guard)])

    async def redis_is_writable() -> str | None:
        return await not_writable_because(redis)

    app.include_router(health_routes(redis_is_writable))
    app.include_router(service_routes(metrics, app.version, settings.partitions))
    problems.install(app)
    guarded = ("/articles", "/documents")
    openapi.describe(app, guarded=guarded, refusals=(401, 429), models=READ_BY_ROUTES)
    outages = Outages(_COME_AGAIN, (RedisError, TooManyClaims, TooManyWriters))
    outages.install(app)
    # The last one added is the first to be asked.
    app.add_middleware(SwiftAccepting, answer=accept_one(acceptance, guard), outages=outages)
    app.add_middleware(RequestLog, traced=guarded, answered=metrics.answered)
    return app
