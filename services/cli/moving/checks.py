"""What must be true of both sides before anything is moved."""

from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from services.cli.command_error import CommandError
from shared.redis_address import without_password
from shared.redis_connection import UNREACHABLE
from shared.redis_versions import too_old

CLIENT_NAME = "newswire-migrate"

_REPLICATION = frozenset("SM")
"""Flags of the connections between a server and its replicas."""


async def check_reachable(client: "Redis", url: str, side: str) -> None:
    """Raise `CommandError` when a side cannot be used."""
    shown = without_password(url)
    try:
        info: Any = await client.info("server")
        if complaint := too_old(info):
            raise CommandError(f"The {side} at {shown} is too old: {complaint}")
    except UNREACHABLE as error:
        raise CommandError(f"The {side} at {shown} cannot be reached.") from error
    except RedisError as error:
        raise CommandError(f"The {side} at {shown} refuses: {error}") from error


async def check_apart(source: "Redis", target: "Redis") -> None:
    """Raise `CommandError` when both sides are one."""
    marks = [(await client.info("server")).get("run_id") for client in (source, target)]
    if marks[0] == marks[1]:
        raise CommandError("Source and target are the same server.")


async def check_quiet(client: "Redis", side: str) -> None:
    """Raise `CommandError` when anybody else is connected, or when that is not told."""
    try:
        connected: Any = await client.client_list()
    except ResponseError as error:
        raise CommandError(
            f"The {side} does not tell who is connected ({error}): stop all services, and say --stopped."
        ) from error
    others = [
        one
        for one in connected
        if one.get("name") != CLIENT_NAME and not set(one.get("flags", "")) & _REPLICATION
    ]
    if others:
        raise CommandError(
            f"{len(others)} others are connected to the {side}: stop all services first. If it is somebody "
            "else, such as an exporter, say --stopped."
        )
