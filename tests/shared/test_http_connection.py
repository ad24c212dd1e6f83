"""No client holds a connection by saying little, and whoever is slow in good faith is waited for."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from shared.http_connection import Patience
from shared.serving import bind, serve
from tests.conftest import wait_until

PATIENCE = Patience(
    head_seconds=0.4, head_bytes=2000, body_seconds=0.4, body_bytes=1000, read_seconds=0.4, connections=3
)
HEAD = b"POST /read HTTP/1.1\r\nHost: x\r\n"


async def read_all(request: Request) -> Response:
    """Answer with the number of bytes in the body."""
    return PlainTextResponse(str(len(await request.body())))


async def tell(_: Request) -> Response:
    """Answer with more than any buffer holds."""
    return Response(b"x" * 8_000_000)


async def refuse(_: Request) -> Response:
    """Answer without looking at the body."""
    return PlainTextResponse("no", 401)


async def think(request: Request) -> Response:
    """Answer after longer than any client may take."""
    await request.body()
    await asyncio.sleep(3 * PATIENCE.head_seconds)
    return PlainTextResponse("yes")


class Client:
    """A raw connection to the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, data: bytes) -> None:
        """Send some bytes."""
        self._writer.write(data)

    async def drip(self, data: Callable[[], bytes]) -> None:
        """Send a little again and again, until the server has had enough."""
        with suppress(ConnectionError):
            while not self._reader.at_eof():
                self._writer.write(data())
                await self._writer.drain()
                await asyncio.sleep(PATIENCE.head_seconds / 8)

    async def said(self) -> bytes:
        """Return all that the server says until it ends the connection."""
        async with asyncio.timeout(10):
            with suppress(ConnectionError):
                return await self._reader.read()
        return b""

    async def answer(self) -> bytes:
        """Return the next answer of the server with a body that is told by its length."""
        async with asyncio.timeout(10):
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            return head + await self._reader.readexactly(length)

    async def is_cut_off(self) -> None:
        """Return when the connection is no more; nothing of what was said is read until then."""
        # Paused, as the transport of a program is that has stopped reading.
        self._writer.transport.pause_reading()  # type: ignore[attr-defined] # a socket's transport has it
        await asyncio.to_thread(wait_until, self._refuses, "the connection is closed")

    def _refuses(self) -> bool:
        try:
            os.write(self._writer.get_extra_info("socket").fileno(), b"G")
        except OSError:
            return True
        return False


Connect = Callable[[], "asyncio.Future[Client]"]


@pytest_asyncio.fixture
async def connect() -> AsyncIterator[Connect]:
    """Serve on a free port; give what connects to it."""
    routes = [
        Route(path, endpoint, methods=["GET", "POST"])
        for path, endpoint in (("/read", read_all), ("/refuse", refuse), ("/think", think), ("/tell", tell))
    ]
    listening = bind("127.0.0.1", 0, "")
    listening.listen()
    serving = asyncio.create_task(serve(Starlette(routes=routes), listening, PATIENCE))
    writers = []

    async def connected() -> Client:
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        writers.append(writer)
        return Client(reader, writer)

    yield lambda: asyncio.ensure_future(connected())
    for writer in writers:
        writer.close()
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving


async def test_whoever_says_nothing_is_left_without_a_word(connect: Connect) -> None:
    assert await (await connect()).said() == b""


@pytest.mark.parametrize(
    "head", [b"P", HEAD, HEAD + b"Content-Length: 9\r\n\r\n", HEAD + b"Content-Length: 9\r\n\r\nfour"]
)
async def test_a_request_that_stops_midway_is_408(connect: Connect, head: bytes) -> None:
    client = await connect()
    client.send(head)
    said = await client.said()
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in said
    assert b"connection: close" in said


@pytest.mark.parametrize(
    ("before", "drop"),
    [
        (b"", b"\r\n"),
        (HEAD, b"a: b\r\n"),
        (HEAD + b"Content-Length: 99999\r\n\r\n", b"x"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (HEAD.replace(b"read", b"refuse") + b"Content-Length: 99999\r\n\r\n", b"x"),
        (HEAD + b"Content-Length: 0\r\n\r\n", b"\r\n"),
    ],
)
async def test_whoever_drips_is_shown_the_door(connect: Connect, before: bytes, drop: bytes) -> None:
    client = await connect()
    client.send(before)
    async with asyncio.timeout(10):
        said, _ = await asyncio.gather(client.said(), client.drip(lambda: drop))
    assert said.count(b"HTTP/1.1") <= 1


async def test_a_head_without_end_is_refused(connect: Connect) -> None:
    client = await connect()
    client.send(HEAD + b"".join(b"a%d: b\r\n" % n for n in range(1000)))
    assert (await client.said()).startswith(b"HTTP/1.1 431 ")


async def test_what_is_no_http_is_a_problem_too(connect: Connect) -> None:
    client = await connect()
    client.send(b"EHLO there\r\n\r\n")
    said = await client.said()
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in said


async def test_a_large_body_may_come_slowly(connect: Connect) -> None:
    client = await connect()
    client.send(HEAD + b"Content-Length: 8000\r\n\r\n")
    for _ in range(8):
        await asyncio.sleep(PATIENCE.body_seconds / 4)
        client.send(b"x" * 1000)
    assert (await client.answer()).endswith(b"8000")


async def test_the_service_may_take_its_time(connect: Connect) -> None:
    client = await connect()
    client.send(HEAD.replace(b"read", b"think") + b"Content-Length: 0\r\n\r\n")
    assert (await client.answer()).endswith(b"yes")


async def test_large_bodies_and_requests_at_once_are_no_large_heads(connect: Connect) -> None:
    client = await connect()
    request = HEAD + b"Content-Length: 50000\r\n\r\n" + b"x" * 50_000
    client.send(request * 3)
    assert [(await client.answer())[-5:] for _ in range(3)] == [b"50000"] * 3


async def test_whoever_does_not_read_is_cut_off(connect: Connect) -> None:
    client = await connect()
    client.send(b"GET /tell HTTP/1.1\r\nHost: x\r\n\r\n")
    await client.is_cut_off()


async def test_whoever_comes_when_all_places_are_taken_is_sent_away_and_the_others_stay(
    connect: Connect,
) -> None:
    first, *others = [await connect() for _ in range(3)]
    for client in (first, *others):
        client.send(HEAD + b"Content-Length: 0\r\n\r\n")
        assert b" 200 " in await client.answer()
    assert await (await connect()).said() == b""
    first.send(HEAD + b"Content-Length: 0\r\n\r\n")
    assert b" 200 " in await first.answer()
