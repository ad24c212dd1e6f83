"""Watches keys and reads them in one round trip, where redis-py takes two.

Each of them waits for the disk while others write: what came at one moment is answered together.
"""

from collections.abc import Sequence

from redis.asyncio.client import Pipeline
from redis.exceptions import ResponseError

from shared.exchange import exchange


async def watch_and_read(pipe: "Pipeline", names: Sequence[str]) -> list[bytes | None]:
    """Return what these keys hold; the pipeline's transaction fails if one of them changes from now on.

    The pipeline must be new. Raises redis-py's errors, after which nothing is watched.
    """
    # From here on the pipeline gives it back, whatever happens.
    pipe.connection = connection = await pipe.connection_pool.get_connection()  # type: ignore[no-untyped-call] # not annotated
    watching, found = await exchange(connection, [("WATCH", *names), ("MGET", *names)])
    for answer in (watching, found):
        if isinstance(answer, ResponseError):
            # What it watched is gone with it.
            await connection.disconnect(nowait=True)
            raise answer
    pipe.watching = True
    values: list[bytes | None] = found
    return values
