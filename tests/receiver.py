"""A partner's side of a webhook: a real HTTP server on loopback that keeps what it was sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True)
class Received:
    """One request as it arrived: header names in lower case, the exact body bytes."""

    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[Received], Awaitable[web.StreamResponse]]


async def _accepted(_: Received) -> web.StreamResponse:
    return web.Response(status=204)


@dataclass
class Receiver:
    """What came, and how to answer the next one (`answer` may be replaced at any moment)."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answer: Answer = _accepted
    arrival: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wait_for(self, count: int, seconds: float = 20.0) -> list[Received]:
        """Return everything received as soon as there are `count`."""
        async with asyncio.timeout(seconds), self.arrival:
            await self.arrival.wait_for(lambda: len(self.received) >= count)
        return list(self.received)

    async def _take(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        received = Received(request.path, headers, await request.read())
        self.received.append(received)
        async with self.arrival:
            self.arrival.notify_all()
        return await self.answer(received)


@asynccontextmanager
async def a_receiver(port: int = 0) -> AsyncIterator[Receiver]:
    """Run a receiver on 127.0.0.1 (any free port when 0) that answers 204 to everything."""
    receiver = Receiver()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{tail:.*}", receiver._take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, reuse_address=True)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield receiver
    finally:
        await runner.cleanup()
