"""An HTTP connection on which the feeds' front answers before the application hears of a request.

To call an ASGI application takes uvicorn 20 µs of a request's 35: a task, an event, two dictionaries, and two
searches in each header that is sent. A feed from memory needs none of them (`docs/performance.md`).
"""

from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from services.feed.feeds.front import Front
from shared.dated import date_field
from shared.http_connection import Connection

_READ = {b"GET", b"HEAD"}
_WITH_A_BODY = {b"content-length", b"transfer-encoding"}


def connection_with(front: Front) -> type[Connection]:
    """Return the sort of connection on which this front answers."""

    class FrontConnection(_FrontConnection):
        _front = front

    return FrontConnection


class _FrontConnection(Connection):
    """Answers what the front has at once, and leaves all else to the application."""

    _front: ClassVar[Front]

    def answer_at_once(self) -> bool:
        """Answer if there is no more to the request, it is its turn, and its feed is at hand."""
        method = self.parser.get_method()
        found = self._front.answer(self.url, self.headers) if self._is_simple(method) else None
        if found is None:
            return False
        goes_on = self.parser.should_keep_alive() and self.parser.get_http_version() == "1.1"
        head = [
            STATUS_LINE[found.status],
            b"%b: %b\r\n" % date_field(),
            found.header_lines,
            b"\r\n" if goes_on else b"connection: close\r\n\r\n",
        ]
        self.transport.writelines((b"".join(head), b"" if method == b"HEAD" else found.body))
        if not goes_on:
            self.transport.close()
        self.on_response_complete()
        return True

    def _is_simple(self, method: bytes) -> bool:
        return (
            method in _READ
            and (self.cycle is None or self.cycle.response_complete)
            and not (self.flow.write_paused or self.transport.is_closing() or self.parser.should_upgrade())
            and not any(name in _WITH_A_BODY for name, _ in self.headers)
        )
