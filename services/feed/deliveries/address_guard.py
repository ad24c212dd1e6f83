"""Holds every connection to the address rules, at the moment it is made and on the very address it goes to.

A name's answers are looked at when it is resolved (one forbidden answer refuses them all), and the address
once more when the socket is made, which covers literal addresses and names that change their mind between.
"""

import asyncio
import socket
import ssl
import threading
from contextlib import suppress
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from services.feed.deliveries.address_rules import AddressRules

_IDLE_SECONDS = 4.0
"""An idle connection is let go before Node and uvicorn (5 s) close it under the next request."""


class RefusedAddressError(OSError):
    """The address is not one that we connect to."""


class SystemResolver(AbstractResolver):
    """The system's name resolution, in a thread for each lookup.

    A name server that hangs then holds up its own names and nobody else's, and not the end of the process
    either: these threads are not waited for.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return all addresses of a name; raises `OSError` when it has none."""
        loop = asyncio.get_running_loop()
        answered: asyncio.Future[list[ResolveResult]] = loop.create_future()

        def look_up() -> None:
            answer: list[ResolveResult] | OSError
            try:
                answer = _look_up(host, port, family)
            except UnicodeError as error:
                answer = OSError(socket.EAI_NONAME, f"not the name of a host: {error}")
            except OSError as error:
                answer = error
            # By now the loop may be closed, and with it whoever asked.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, answered, answer)

        threading.Thread(target=look_up, name="delivery-dns", daemon=True).start()
        return await answered

    async def close(self) -> None:
        """Wait for nothing: a lookup under way ends by itself."""


def _look_up(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    return [
        ResolveResult(
            hostname=host,
            host=str(address[0]),
            port=port,
            family=found,
            proto=proto,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for found, _, proto, _, address in socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    ]


def _settle(answered: "asyncio.Future[list[ResolveResult]]", answer: list[ResolveResult] | OSError) -> None:
    if answered.done():
        return
    if isinstance(answer, OSError):
        answered.set_exception(answer)
    else:
        answered.set_result(answer)


class CheckedResolver(AbstractResolver):
    """Another resolver's answers, refused when any of them is forbidden."""

    def __init__(self, inner: AbstractResolver, rules: AddressRules) -> None:
        self._inner = inner
        self._rules = rules

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return all addresses of a name; raises `RefusedAddressError` when one is forbidden."""
        answers = await self._inner.resolve(host, port, family)
        for answer in answers:
            _check(self._rules, answer["host"])
        return answers

    async def close(self) -> None:
        """Close the other resolver."""
        await self._inner.close()


def _check(rules: AddressRules, address: str) -> None:
    refusal = rules.refusal(address)
    if refusal is not None:
        raise RefusedAddressError(refusal)


def guarded_connector(
    rules: AddressRules, resolver: AbstractResolver, tls: ssl.SSLContext
) -> aiohttp.TCPConnector:
    """Return a connector that keeps connections alive and connects only where `rules` let it.

    It sets no limits of its own: how much is in flight is the worker's to say.
    """

    def checked_socket(target: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = target
        _check(rules, str(address[0]))
        return socket.socket(family=family, type=kind, proto=protocol)

    return aiohttp.TCPConnector(
        resolver=CheckedResolver(resolver, rules),
        socket_factory=checked_socket,
        ssl=tls,
        limit=0,
        keepalive_timeout=_IDLE_SECONDS,
    )
