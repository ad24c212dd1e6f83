"""Runs Lua scripts many times in one pipeline, each sent by its digest and not as text.

A server that was restarted knows no digest: the texts are sent then, and those calls are made again.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, ResponseError

from shared.exchange import Argument, Command, exchange


@dataclass(frozen=True)
class Script:
    """A script's text and what the server knows it by."""

    text: str
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        digest = hashlib.sha1(self.text.encode(), usedforsecurity=False).hexdigest()
        object.__setattr__(self, "digest", digest)


@dataclass(frozen=True)
class Call:
    """One run of a script."""

    script: Script
    keys: Sequence[str]
    arguments: Sequence[Argument]

    @property
    def command(self) -> Command:
        """The run as a command for Redis."""
        return ("EVALSHA", self.script.digest, len(self.keys), *self.keys, *self.arguments)


async def run_calls(
    redis: "Redis", calls: Sequence[Call], first: Sequence[Command] = ()
) -> tuple[list[Any], list[Any]]:
    """Return what the calls returned, in order, and the raw answers to the commands that go before them.

    The first error among all of these is raised.
    """
    replies = await _sent(redis, [*first, *(call.command for call in calls)])
    done, replies = replies[: len(first)], replies[len(first) :]
    missed = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
    if missed:
        for script in {calls[at].script for at in missed}:
            await redis.script_load(script.text)
        again = await _sent(redis, [calls[at].command for at in missed])
        for at, reply in zip(missed, again, strict=True):
            replies[at] = reply
    for reply in (*done, *replies):
        if isinstance(reply, ResponseError):
            raise reply
    return replies, done


async def _sent(redis: "Redis", commands: Sequence[Command]) -> list[Any]:
    if not commands:
        return []
    pool = redis.connection_pool
    connection = await pool.get_connection()  # type: ignore[no-untyped-call] # not annotated
    try:
        # As often as the client may repeat a command. An exchange that failed has closed its connection.
        answers: list[Any] = await connection.retry.call_with_retry(
            partial(exchange, connection, commands), _go_on
        )
        return answers
    finally:
        await pool.release(connection)


async def _go_on(_: Exception) -> None:
    """Do nothing between two tries."""
