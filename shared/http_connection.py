"""An HTTP connection that no client can hold by saying little: uvicorn's own, with deadlines and a limit.

uvicorn waits without end for a request's head and body, and takes a head of any size. What cannot be read at
all is answered with a problem document too.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from shared.dated import date_field
from shared.problems import Problem


@dataclass(frozen=True)
class Patience:
    """How long to wait for what a client sends, in seconds, and how much there must be until then."""

    head_seconds: float = 10
    """For the whole head of a request, and for what is left of a body that was answered already."""
    head_bytes: int = 64 * 1024
    body_seconds: float = 20
    """For the body, or for each further `body_bytes` of it: 26 kbit/s suffice."""
    body_bytes: int = 64 * 1024
    read_seconds: float = 60
    """For a client to read something of an answer that no buffer holds any more."""
    connections: int | None = None
    """As many at the same time; a further one is closed at once."""


class Connection(HttpToolsProtocol):
    """One client's connection. A deadline runs while something is to come from it, and never otherwise."""

    def __init__(self, *arguments: Any, patience: Patience, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._patience = patience
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._heads = 0
        self._in_head = False
        self._in_body = False
        self._head_bytes = 0
        self._body_bytes = 0
        self._is_at_once = False

    def answer_at_once(self) -> bool:
        """Answer a request whose head was read, without the application; tell whether that was done."""
        return False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Begin to wait for the first head."""
        super().connection_made(transport)
        most = self._patience.connections
        if most is not None and len(self.connections) > most:
            transport.abort()
        else:
            self._wait(self._patience.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._wait_no_longer()
        self._be_read()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; whoever is between two requests has now begun another head."""
        heads, in_body = self._heads, self._in_body
        super().data_received(data)
        if self._in_body or self._heads > heads or self.transport.is_closing():
            return
        self._head_bytes += 0 if in_body else len(data)
        if self._head_bytes > self._patience.head_bytes:
            self._refuse(Problem(431, f"Send a head of at most {self._patience.head_bytes} bytes."))
        elif self._deadline is None and self._is_answered():
            self._wait(self._patience.head_seconds)

    def on_message_begin(self) -> None:
        """Note that a head has begun; blank lines before it are none."""
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        """Begin to wait for the body."""
        self._is_at_once = self.answer_at_once()
        if not self._is_at_once:
            super().on_headers_complete()
            self._in_body = True
            self._wait(self._patience.body_seconds)
        self._in_head = False
        self._heads += 1
        self._head_bytes = self._body_bytes = 0

    def on_body(self, body: bytes) -> None:
        """Wait anew each time that enough has come."""
        super().on_body(body)
        self._body_bytes += len(body)
        if self._body_bytes >= self._patience.body_bytes and not self._is_answered():
            self._body_bytes = 0
            self._wait(self._patience.body_seconds)

    def on_message_complete(self) -> None:
        """Wait for nothing: it is our turn."""
        if not self._is_at_once:
            super().on_message_complete()
        self._in_body = False
        self._wait_no_longer()

    def on_response_complete(self) -> None:
        """Give a body that was answered before its end a while to end."""
        super().on_response_complete()
        if self._in_body and self._is_answered() and not self.transport.is_closing():
            self._wait(self._patience.head_seconds)

    def pause_writing(self) -> None:
        """Begin to wait for the client to read."""
        super().pause_writing()
        self._unread = self.loop.call_later(self._patience.read_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: it has read."""
        self._be_read()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self._refuse(Problem(400, msg))

    def _is_answered(self) -> bool:
        """Return whether no request is under way, apart from what is left of its body."""
        return self.cycle is None or self.cycle.response_complete

    def _wait(self, seconds: float) -> None:
        self._wait_no_longer()
        self._deadline = self.loop.call_later(seconds, self._too_slow)

    def _wait_no_longer(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _be_read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self.flow.read_paused:
            # It is we who have not read on.
            self._wait(self._patience.body_seconds)
        elif self._in_head or self._in_body:
            self._refuse(Problem(408, "The request came too slowly: send it again, faster."))
        else:
            self.transport.close()

    def _refuse(self, problem: Problem) -> None:
        """End the connection, and say why where an answer is still due."""
        self._wait_no_longer()
        due = not self.cycle.response_started if self._in_body else self._is_answered()
        if due and not self.pipeline and not self.transport.is_closing():
            answer = problem.response()
            headers = [date_field(), *answer.raw_headers, (b"connection", b"close")]
            lines = b"".join(b"%s: %s\r\n" % header for header in headers)
            self.transport.write(STATUS_LINE[problem.status] + lines + b"\r\n" + bytes(answer.body))
        self.transport.close()
