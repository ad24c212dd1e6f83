"""Waiting for the services: until they are ready, and no longer than that makes sense."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from services.cli.command_error import CommandError
from services.cli.running.readiness import wait_until_listening, wait_until_ready
from tests.conftest import a_free_port


class Readiness:
    """What a small service says of itself, and how often it was asked."""

    def __init__(self) -> None:
        self.ready = False
        self.asked = asyncio.Event()

    async def tell(self, _: web.Request) -> web.Response:
        """Answer `/readyz`."""
        self.asked.set()
        return web.Response(status=200) if self.ready else web.Response(status=503, text="No Redis.")


@asynccontextmanager
async def a_service(port: int, readiness: Readiness) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/readyz", readiness.tell)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


async def test_a_service_that_comes_late_and_is_not_ready_at_once_is_waited_for() -> None:
    port, readiness = a_free_port(), Readiness()
    waiting = asyncio.create_task(wait_until_ready({"feed": f"http://127.0.0.1:{port}"}))
    async with asyncio.timeout(20), a_service(port, readiness):
        await readiness.asked.wait()
        assert not waiting.done()
        readiness.ready = True
        await waiting


async def test_a_service_that_never_gets_ready_is_told_with_its_reason() -> None:
    async with a_service(a_free_port(), Readiness()) as url:
        with pytest.raises(CommandError, match=r"The feed service is not ready: No Redis\."):
            await wait_until_ready({"feed": url}, patience=0)


async def test_what_listens_is_seen_and_what_does_not_is_not_waited_for_for_ever() -> None:
    async with a_service(a_free_port(), Readiness()) as url, asyncio.timeout(20):
        await wait_until_listening(url, seconds=60)
    await wait_until_listening(f"http://127.0.0.1:{a_free_port()}", seconds=0.1)
