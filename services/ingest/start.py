"""Runs the service once Redis answers and what it holds fits the settings."""

from services.ingest.app import make_app
from services.ingest.settings import IngestSettings
from shared.clock import SystemClock
from shared.logs import get_logger
from shared.process import loading, run_until_stopped
from shared.redis_address import redis_url
from shared.redis_connection import connect
from shared.redis_waits import wait_and_tell
from shared.serving import bind, serve
from shared.streams import prepare

log = get_logger(__name__)


async def run(settings: IngestSettings, *, wait_for_redis: bool) -> None:
    """Serve until SIGINT or SIGTERM; raise a `StartError` when that cannot begin.

    The service is put together before Redis is asked for anything: one that is waited for is often loading,
    and all is ready when it has done so.
    """
    bound = bind(settings.ingest_host, settings.ingest_port, "NEWSWIRE_INGEST_PORT")
    with loading():
        app = make_app(settings, clock=SystemClock())
    if wait_for_redis:
        await wait_and_tell(redis_url(settings))
    redis = connect(redis_url(settings))
    try:
        await prepare(redis, settings)
    finally:
        await redis.aclose()
    log.info("ingest.started", url=f"http://{settings.ingest_host}:{settings.ingest_port}")
    await run_until_stopped(serve(app, bound))
