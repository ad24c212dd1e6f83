"""Runs a Lua script for many endpoints in one pipeline, sent by its digest and not as text each time.

A server that was restarted does not know the digest: the text is sent then, and those calls are made again.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

Argument = str | int | float


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
    """The keys and arguments of one run."""

    keys: Sequence[str]
    arguments: Sequence[Argument]


async def run_script(redis: "Redis", script: Script, calls: Sequence[Call]) -> list[Any]:
    """Return what each run returned, in order; the first error among them is raised."""
    replies = await _run(redis, script, calls)
    missed = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
    if missed:
        await redis.script_load(script.text)
        again = await _run(redis, script, [calls[at] for at in missed])
        for at, reply in zip(missed, again, strict=True):
            replies[at] = reply
    for reply in replies:
        if isinstance(reply, RedisError):
            raise reply
    return replies


async def _run(redis: "Redis", script: Script, calls: Sequence[Call]) -> list[Any]:
    pipe = redis.pipeline(transaction=False)
    for call in calls:
        pipe.evalsha(script.digest, len(call.keys), *call.keys, *call.arguments)
    replies: list[Any] = await pipe.execute(raise_on_error=False)
    return replies
