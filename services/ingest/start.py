"""Runs the service once Redis answers and what it holds fits the settings."""

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.ingest.app import make_app
from services.ingest.settings import IngestSettings
from shared.clock import SystemClock
from shared.logs import get_logger
from shared.redis_connection import UNREACHABLE, connect, durability_warnings, redis_url, without_password
from shared.serving import StartError, bind, run_until_stopped, serve
from shared.streams import make_groups, settle_partitions

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


async def prepare(redis: "Redis", settings: IngestSettings) -> None:
    """Settle the number of partitions, make the groups, and warn of a Redis that may lose articles."""
    address = without_password(redis_url(settings))
    try:
        kept = await settle_partitions(redis, settings.partitions)
        if kept != settings.partitions:
            raise StartError(
                f"NEWSWIRE_PARTITIONS is {settings.partitions}, but what is stored at {address} has {kept}: "
                f"set it to {kept}, or start with an empty store."
            )
        await make_groups(redis, settings.partitions)
        for warning in await durability_warnings(redis):
            log.warning("redis.durability", warning=warning)
    except UNREACHABLE as error:
        raise StartError(
            f"Redis at {address} cannot be reached: start it, or set NEWSWIRE_REDIS_URL."
        ) from error
    except RedisError as error:
        raise StartError(f"Redis at {address} cannot be used: {error}.") from error
