"""Watches keys and reads them in one round trip, where redis-py takes two.

Each of them waits for the disk while others write: what came at one moment is answered together.
"""

from collections.abc import Sequence

from redis.asyncio.client import Pipeline


async def watch_and_read(pipe: "Pipeline", names: Sequence[str]) -> list[bytes | None]:
    """Return what these keys hold; the pipeline's transaction fails if one of them changes from now on.

    The pipeline must be new. Raises redis-py's errors, after which nothing is watched.
    """
    pool = pipe.connection_pool
    # From here on the pipeline gives it back, whatever happens.
    pipe.connection = connection = await pool.get_connection()  # type: ignore[no-untyped-call] # not annotated
    await connection.send_packed_command(connection.pack_commands([("WATCH", *names), ("MGET", *names)]))
    try:
        await pipe.parse_response(connection, "WATCH")
        found: list[bytes | None] = await pipe.parse_response(connection, "MGET")
    except BaseException:
        # Nobody must find the answer to MGET in it; with the connection what it watched is gone too.
        pipe.watching = False
        await connection.disconnect(nowait=True)
        raise
    return found
