"""How a process reaches Redis, and what a Redis must be like so that nothing accepted is lost."""

import asyncio
from collections.abc import Iterable
from typing import Any

import hiredis
from redis.asyncio import Connection, ConnectionPool, Redis, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

UNREACHABLE = (RedisConnectionError, RedisTimeoutError, OSError)
"""What is raised while no Redis answers."""

_UNTOLD = (
    "Redis does not tell its settings (CONFIG GET is refused): check appendonly yes, appendfsync always "
    "and maxmemory-policy noeviction by hand."
)


_FEW, _LONG = 20, 6000
"""Arguments, and bytes of one: with more of both, hiredis takes 14 µs for each 10 KB, redis-py one."""


class _Mended(AbstractConnection):
    """redis-py's connection with three things mended."""

    def pack_command(self, *args: Any) -> list[bytes]:
        """Write a command as Redis reads it, by hiredis, as redis-py's blocking client does.

        Its own writing copies what there is of a command anew for each argument: three to six times as slow.
        But it hands long values on as they are, where hiredis copies them into memory that it asks for anew.
        """
        if len(args) > _FEW and isinstance(args[-1], bytes) and len(args[-1]) > _LONG:
            return super().pack_command(*args)
        try:
            return [hiredis.pack_command((*args[0].split(), *args[1:]) if " " in args[0] else args)]
        except TypeError:  # what only redis-py itself knows how to write, or to refuse
            return super().pack_command(*args)

    def pack_commands(self, commands: Iterable[Iterable[Any]]) -> list[bytes]:
        """Write several commands."""
        return [part for command in commands for part in self.pack_command(*command)]

    async def on_connect_check_health(self, check_health: bool = True) -> None:
        """Bound the greeting of a new connection as its opening is bounded.

        To a server that stands still the kernel connects, and it never answers. A client without a timeout of
        its own would wait for ever in what redis-py does when it gives a transaction up.
        """
        try:
            async with asyncio.timeout(self.socket_connect_timeout):
                await super().on_connect_check_health(check_health)
        except TimeoutError as error:
            raise RedisTimeoutError("Redis did not answer the greeting.") from error

    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        """Say of a connection that was reset what it is; uvloop raises RuntimeError at the next write."""
        try:
            await super().send_packed_command(command, check_health)
        except RuntimeError as error:
            if "closed" not in str(error):
                raise
            raise RedisConnectionError(f"Connection was closed: {error}") from error


class _Tcp(_Mended, Connection):
    """A connection by `redis://`."""


class _Tls(_Mended, SSLConnection):
    """A connection by `rediss://`."""


class _Unix(_Mended, UnixDomainSocketConnection):
    """A connection by `unix://`."""


_MENDED: dict[type[AbstractConnection], type[AbstractConnection]] = {
    Connection: _Tcp,
    SSLConnection: _Tls,
    UnixDomainSocketConnection: _Unix,
}


def mend(pool: ConnectionPool) -> None:
    """Let a pool make connections of ours from now on."""
    pool.connection_class = _MENDED.get(pool.connection_class, pool.connection_class)


def connect(url: str, *, retries: int = 1, timeout: float | None = 5.0, name: str | None = None) -> "Redis":
    """Return a client with a pool; nothing is connected until the first command.

    `retries` repeats a command after a lost connection or a timeout: fine for what may happen twice. Whoever
    must know whether a write took place passes 0. `timeout` is in seconds and bounds each answer; whoever
    passes None bounds the whole by itself. `name` is shown in the server's list of clients.
    """
    pool = ConnectionPool.from_url(
        url,
        socket_timeout=timeout,
        socket_connect_timeout=2.0,
        health_check_interval=15,
        retry=Retry(ExponentialWithJitterBackoff(base=0.05, cap=0.5), retries),
        client_name=name,
    )
    mend(pool)
    client: Redis = Redis.from_pool(pool)
    return client


async def durability_warnings(redis: "Redis") -> list[str]:
    """Return a sentence for each setting of this Redis with which accepted articles could be lost.

    The measurements behind it: with `appendfsync everysec`, 838 of 190,643 acknowledged events were lost over
    60 kills of the server; with `always`, none of 208,832.
    """
    wanted = {
        "appendonly": ("yes", "a restart of Redis loses everything"),
        "appendfsync": ("always", "a crash of Redis loses the latest accepted articles"),
        "maxmemory-policy": ("noeviction", "a full Redis throws stored articles away"),
    }
    try:
        found = {name: (await redis.config_get(name)).get(name) for name in wanted}
    except ResponseError:
        return [_UNTOLD]
    return [
        f"Redis has {name} {found[name]}: {risk}. Set {name} {value}."
        for name, (value, risk) in wanted.items()
        if found[name] is not None and found[name] != value
    ]


async def not_writable_because(redis: "Redis") -> str | None:
    """Return why Redis cannot be used for writing just now, or None when it can."""
    try:
        await redis.set("newswire:readiness", "1", ex=60)
    except UNREACHABLE:
        return "Redis cannot be reached."
    except RedisError as error:
        return f"Redis refuses writes: {error}"
    return None
