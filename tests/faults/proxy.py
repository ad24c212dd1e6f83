"""A TCP proxy of ours between the services and Valkey: it cuts, resets, half-opens, slows and refuses."""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 65536
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER with no time to linger: the close is a reset."""


@dataclass(frozen=True)
class Trap:
    """Waits for a text that is on its way to the server, or else to a service.

    `spring` is called before the text is passed on, with the port of the service's connection, and returns
    whether it may be; the connection is ended otherwise.
    """

    text: bytes
    to_server: bool
    spring: Callable[[int], bool]


class _Link:
    """One connection of a service, and the one to Valkey that belongs to it."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client = client
        self.server = server
        self.flows = asyncio.Event()
        self.flows.set()
        self.port = int(client.get_extra_info("peername")[1])

    def close(self, *, reset: bool = False) -> None:
        # One that is closing may have no socket left that could be told to.
        if reset and not self.client.is_closing():
            raw = self.client.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.client.transport.abort()
        self.client.close()
        self.server.close()
        self.flows.set()


class Proxy:
    """Listens on a port of loopback and passes everything on to a unix socket, as well as it is let to.

    `delay` holds up every chunk for so many seconds.
    """

    def __init__(self, upstream: Path) -> None:
        self.delay = 0.0
        self.trap: Trap | None = None
        self.port = 0
        self._upstream = upstream
        self._links: set[_Link] = set()
        self._refusing = False
        self._open = asyncio.Event()
        self._open.set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close everything."""
        if self._server is not None:
            self._server.close()
        self.silence(on=False)
        self.cut()
        await asyncio.sleep(0)

    def cut(self, *, reset: bool = False) -> None:
        """End every connection, in order or with a reset."""
        for link in list(self._links):
            link.close(reset=reset)

    def half_open(self) -> None:
        """Pass nothing more on in the connections there are, and leave them open; new ones work."""
        for link in self._links:
            link.flows.clear()

    def end_half_open(self) -> None:
        """End the connections that were half open."""
        for link in list(self._links):
            if not link.flows.is_set():
                link.close()

    def silence(self, *, on: bool) -> None:
        """Pass nothing on for the time being, and take connections all the same."""
        if on:
            self._open.clear()
        else:
            self._open.set()

    def refuse(self, *, on: bool) -> None:
        """End every connection, and each new one as soon as it comes."""
        self._refusing = on
        if on:
            self.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        try:
            from_server, to_server = await asyncio.open_unix_connection(str(self._upstream))
        except OSError:
            writer.transport.abort()
            return
        link = _Link(writer, to_server)
        self._links.add(link)
        try:
            await asyncio.gather(self._pump(reader, to_server, link), self._pump(from_server, writer, link))
        finally:
            self._links.discard(link)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: _Link) -> None:
        seen = b""
        with suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                await self._open.wait()
                await link.flows.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                if writer.is_closing():
                    break
                trap = self.trap
                if trap is not None and trap.to_server is (writer is link.server):
                    if trap.text in seen + chunk and not trap.spring(link.port):
                        break
                    # A text may come in two chunks, and is to be found once.
                    seen = (seen + chunk)[1 - len(trap.text) :]
                writer.write(chunk)
                await writer.drain()
        link.close()
