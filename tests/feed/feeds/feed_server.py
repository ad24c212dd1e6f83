"""The feeds on a real HTTP server on loopback, with everything that runs beside it, and a bare client."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from redis.asyncio import Redis

from services.feed.feeds.changes import Changes
from services.feed.feeds.directory import Directory
from services.feed.feeds.front import Front
from services.feed.feeds.front_connection import connection_with
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.renditions import Renditions
from services.feed.feeds.routes import feed_routes
from services.feed.feeds.watch import Watch
from shared import problems
from shared.http_connection import Connection
from shared.outage_answers import Outages
from shared.serving import serve
from tests.feed.feeds.articles import PUBLISHER


@dataclass(frozen=True)
class RawAnswer:
    """An answer as it came over the wire, its headers in order and as often as they came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __getitem__(self, name: str) -> str:
        """Return the only header of that name."""
        (value,) = [value for given, value in self.headers if given == name]
        return value

    def __contains__(self, name: object) -> bool:
        return name in {given for given, _ in self.headers}


@dataclass(frozen=True)
class FeedServer:
    """A running server and its parts; `transports` are its ends of all connections so far."""

    port: int
    index: FeedIndex
    renditions: Renditions
    watch: Watch
    transports: list[asyncio.Transport]

    async def ask(self, path: str, *headers: str, method: str = "GET") -> RawAnswer:
        """Send one request with just these header lines, on a connection of its own."""
        (answer,) = await self.ask_all([(method, path, headers)])
        return answer

    async def ask_all(self, requests: Sequence[tuple[str, str, Sequence[str]]]) -> list[RawAnswer]:
        """Send requests one after the other on one connection, and check that nothing else comes back."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        answers = []
        for n, (method, path, headers) in enumerate(requests, 1):
            last = ["Connection: close"] if n == len(requests) else []
            lines = [f"{method} {path} HTTP/1.1", "Host: feeds.test", *headers, *last, "", ""]
            writer.write("\r\n".join(lines).encode("latin-1"))
            answers.append(await _read_answer(reader, method))
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
        return answers


async def _read_answer(reader: asyncio.StreamReader, method: str) -> RawAnswer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status, *lines = head.rstrip().split("\r\n")
    headers = tuple((name.lower(), value) for name, _, value in (line.partition(": ") for line in lines))
    length = next((int(value) for name, value in headers if name == "content-length"), 0)
    body = await reader.readexactly(length) if method != "HEAD" else b""
    answer = RawAnswer(int(status.split()[1]), headers, body)
    assert "transfer-encoding" not in answer
    return answer


def _noting(transports: list[asyncio.Transport], front: Front) -> type[Connection]:
    """Return the service's own sort of connection, which notes its transport here as well."""
    connection: Any = connection_with(front)

    class Noting(connection):  # type: ignore[misc]  # a class that is made at run time
        def connection_made(self, transport: asyncio.Transport) -> None:
            transports.append(transport)
            super().connection_made(transport)

    return Noting


@asynccontextmanager
async def a_feed_server(redis: "Redis") -> AsyncIterator[FeedServer]:
    """Serve the feeds of a Redis as the web half of the service does."""
    watch = Watch(Changes(redis))
    renditions = Renditions(redis, 1, PUBLISHER, watch=watch)
    app = FastAPI()
    problems.install(app)
    Outages("Come again.").install(app)
    app.include_router(feed_routes(Directory(redis, 1), renditions, PUBLISHER))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        transports: list[asyncio.Transport] = []
        serving = serve(app, listening, connection=_noting(transports, Front(renditions)))
        parts = (serving, watch.run(), renditions.run())
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            port = listening.getsockname()[1]
            yield FeedServer(port, FeedIndex(redis, 1), renditions, watch, transports)
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends
