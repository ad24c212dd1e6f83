"""Runs the service once Redis answers and what it holds fits the settings."""

from services.ingest.app import make_app
from services.ingest.settings import IngestSettings
from shared.clock import SystemClock
from shared.logs import get_logger
from shared.process import run_until_stopped
from shared.redis_connection import connect, redis_url
from shared.serving import bind, serve
from shared.streams import prepare

log = get_logger(__name__)


async def run(settings: IngestSettings) -> None:
    """Serve until SIGINT or SIGTERM; raise a `StartError` when that cannot begin."""
    listening = bind(settings.ingest_host, settings.ingest_port, "NEWSWIRE_INGEST_PORT")
    redis = connect(redis_url(settings))
    try:
        await prepare(redis, settings)
    finally:
        await redis.aclose()
    app = make_app(settings, clock=SystemClock())
    log.info("ingest.started", url=f"http://{settings.ingest_host}:{settings.ingest_port}")
    await run_until_stopped(serve(app, listening))
