"""Partners that receive webhooks, one that never fails and others that do all that partners do."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from aiohttp import web

from tests.faults.plan import Misbehaviour

_DRIPS, _DRIP_SECONDS = 100, 0.2
_FLOOD = b"x" * 10 * 1024 * 1024
_LONGEST_HANG = 60.0


@dataclass(frozen=True)
class Hook:
    """One webhook as it came, when (monotonic), and whether it was answered with 204."""

    webhook_id: str
    article_id: str
    version: int
    at: float
    taken: bool


@dataclass
class Partner:
    """An endpoint's owner; `topics` is what it wants, everything when there are none."""

    name: str
    topics: tuple[str, ...] = ()
    misbehaves: Misbehaviour | None = None
    url: str = ""
    endpoint_id: str = ""
    hooks: list[Hook] = field(default_factory=list)
    first_arrivals: dict[tuple[str, int], float] = field(default_factory=dict)
    """When each version of an article came for the first time (monotonic)."""
    redirects_followed: int = 0
    better: asyncio.Event = field(default_factory=asyncio.Event)

    def behave(self) -> None:
        """Answer 204 again from now on; what hangs is let go."""
        self.misbehaves = None
        self.better.set()
        self.better = asyncio.Event()

    def note(self, hook: Hook) -> None:
        """Keep a webhook."""
        self.hooks.append(hook)
        self.first_arrivals.setdefault((hook.article_id, hook.version), hook.at)

    def forget(self) -> None:
        """Keep nothing of what came."""
        self.hooks.clear()
        self.first_arrivals.clear()

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Receive a webhook, and answer as the partner does just now."""
        body = json.loads(await request.read())
        how = self.misbehaves
        self.note(
            Hook(
                request.headers["webhook-id"],
                body["data"]["id"],
                body["data"]["version"],
                time.monotonic(),
                taken=how is None or how is Misbehaviour.FLOOD,
            )
        )
        return web.Response(status=204) if how is None else await self._misbehave(how, request)

    async def follow(self, _: web.Request) -> web.StreamResponse:
        """Note that a redirect was followed, which must not be."""
        self.redirects_followed += 1
        return web.Response(status=204)

    async def _misbehave(self, how: Misbehaviour, request: web.Request) -> web.StreamResponse:
        match how:
            case Misbehaviour.HANG:
                await self._until_better(_LONGEST_HANG)
                return web.Response(status=504)
            case Misbehaviour.DRIP:
                return await self._drip(request)
            case Misbehaviour.RESET:
                if request.transport is not None:
                    request.transport.abort()
                return web.Response(status=500)
            case _:
                return self._answer(how)

    def _answer(self, how: Misbehaviour) -> web.Response:
        if how is Misbehaviour.TOO_MANY:
            return web.Response(status=429, headers={"Retry-After": "1"})
        if how is Misbehaviour.REDIRECT:
            return web.Response(status=307, headers={"Location": f"{self.url}/elsewhere"})
        if how is Misbehaviour.FLOOD:
            return web.Response(body=_FLOOD)
        return web.Response(status=int(how))

    async def _drip(self, request: web.Request) -> web.StreamResponse:
        """Begin an answer that says 500, and never come to its end."""
        answer = web.StreamResponse(status=500)
        await answer.prepare(request)
        # The sender hangs up when it has waited long enough.
        with suppress(ConnectionError):
            for _ in range(_DRIPS):
                if await self._until_better(_DRIP_SECONDS):
                    break
                await answer.write(b".")
        return answer

    async def _until_better(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self.better.wait()
        except TimeoutError:
            return False
        return True


@asynccontextmanager
async def serving(partners: list[Partner]) -> AsyncIterator[None]:
    """Let the partners listen, all on one port of loopback, each under a path of its own."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    for partner in partners:
        app.router.add_post(f"/{partner.name}", partner.take)
        app.router.add_route("*", f"/{partner.name}/elsewhere", partner.follow)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    for partner in partners:
        partner.url = f"http://127.0.0.1:{runner.addresses[0][1]}/{partner.name}"
    try:
        yield
    finally:
        for partner in partners:
            partner.behave()
        await runner.cleanup()
