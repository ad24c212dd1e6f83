"""Runs Lua scripts many times in one pipeline, each sent by its digest and not as text.

A server that was restarted knows no digest: the texts are sent then, and those calls are made again.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

Argument = str | int | float | bytes
Command = Sequence[Argument]


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
    def command(self) -> tuple[Argument, ...]:
        """The run as a command for Redis."""
        return ("EVALSHA", self.script.digest, len(self.keys), *self.keys, *self.arguments)


async def run_calls(
    redis: "Redis", calls: Sequence[Call], first: Sequence[Command] = ()
) -> tuple[list[Any], list[Any]]:
    """Return what the calls returned, in order, and what the commands did that go before them.

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
        if isinstance(reply, RedisError):
            raise reply
    return replies, done


async def _sent(redis: "Redis", commands: Sequence[Command]) -> list[Any]:
    pipe = redis.pipeline(transaction=False)
    for command in commands:
        pipe.execute_command(*command)
    replies: list[Any] = await pipe.execute(raise_on_error=False)
    return replies
