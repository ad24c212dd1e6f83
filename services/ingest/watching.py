"""Transactions on watched keys: those are read with the watching in one round trip, and written in another.

Each round trip waits for the disk while others write: what came at one moment is answered together.
redis-py's pipeline takes one more, and twice the time for each command.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ResponseError, WatchError

from shared.exchange import Command, exchange
from shared.redis_connection import UNREACHABLE


class Watched:
    """What some keys held when they were read, and the connection that sees whether they still do."""

    def __init__(self, connection: AbstractConnection, values: Sequence[bytes | None]) -> None:
        self._connection = connection
        self.values = values
        self.is_over = False

    async def write(self, commands: Sequence[Command]) -> None:
        """Execute these commands, all or none; once.

        Raises `WatchError` when a key has changed, or when the connection was lost and nobody can say what
        became of them, and redis-py's errors when Redis refuses one.
        """
        self.is_over = True
        try:
            answers = await exchange(self._connection, [("MULTI",), *commands, ("EXEC",)])
        except UNREACHABLE as error:
            raise WatchError("The connection was lost in the transaction.") from error
        *queued, executed = answers
        _raise_refusal([*queued, executed, *(executed if isinstance(executed, list) else ())])
        if executed is None:
            raise WatchError("A watched key has changed.")


@asynccontextmanager
async def watching(redis: "Redis", names: Sequence[str]) -> AsyncIterator[Watched]:
    """Give what these keys hold, to be written in the block or left alone.

    Raises redis-py's errors when they cannot be read.
    """
    pool = redis.connection_pool
    connection = await pool.get_connection()  # type: ignore[no-untyped-call] # not annotated
    try:
        answers = await exchange(connection, [("WATCH", *names), ("MGET", *names)])
        _raise_refusal(answers)
        _, values = answers
        watched = Watched(connection, values)
        yield watched
        if not watched.is_over:
            _raise_refusal(await exchange(connection, [("UNWATCH",)]))
    except WatchError:
        raise  # the transaction is over, or the connection is closed
    except BaseException:
        await connection.disconnect(nowait=True)  # what it watches is gone with it
        raise
    finally:
        await pool.release(connection)


def _raise_refusal(answers: Sequence[Any]) -> None:
    for answer in answers:
        if isinstance(answer, ResponseError):
            raise answer
