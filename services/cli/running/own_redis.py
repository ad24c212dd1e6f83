"""A Redis of one's own in place of the embedded one: it must answer before anything is started."""

from contextlib import suppress

from redis.exceptions import RedisError

from services.cli.command_error import CommandError
from shared.redis_address import without_password
from shared.redis_connection import UNREACHABLE, connect


async def check_redis(url: str) -> None:
    """Raise `CommandError` when the Redis that is set does not answer."""
    shown = without_password(url)
    try:
        client = connect(url, retries=0, timeout=3.0)
    except ValueError as error:
        raise CommandError(
            f"NEWSWIRE_REDIS_URL is {shown}, which is no address of a Redis: {error}"
        ) from error
    try:
        await client.ping()
    except UNREACHABLE as error:
        raise CommandError(
            f"Redis at {shown} cannot be reached: start it, mend NEWSWIRE_REDIS_URL, or unset it for the "
            "embedded Valkey."
        ) from error
    except RedisError as error:
        raise CommandError(f"Redis at {shown} refuses: {error}") from error
    finally:
        with suppress(*UNREACHABLE):
            await client.aclose()
