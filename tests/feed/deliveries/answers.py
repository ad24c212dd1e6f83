"""How receivers answer in tests."""

import asyncio

from aiohttp import web

from tests.receiver import Answer, Received


def answering(*statuses: int) -> Answer:
    """Answer with these one after the other, the last one again and again."""
    left = list(statuses)

    async def answer(_: Received) -> web.StreamResponse:
        return web.Response(status=left.pop(0) if len(left) > 1 else left[0])

    return answer


def holding(until: asyncio.Event) -> Answer:
    """Answer when the test lets go, and not before."""

    async def answer(_: Received) -> web.StreamResponse:
        await until.wait()
        return web.Response(status=204)

    return answer
