"""Gives every request an id, says it in the answer and in every line of the log, and logs what is of note.

What is of note: whatever was refused or failed, and what changed something where nothing else says so.
Reading leaves no line: feeds are read thousands of times a second.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.logs import get_logger
from shared.tracing import RequestSpan, tracing
from shared.trail import REQUEST_ID_HEADER, TRACEPARENT_HEADER, answering, request_id_for

log = get_logger(__name__)

_REQUEST_ID_FIELD, _TRACEPARENT_FIELD = REQUEST_ID_HEADER.encode(), TRACEPARENT_HEADER.encode()

OfNote = Callable[[str, str, int], bool]
"""Whether a request is worth a line: by its method, the pattern of its route, and its status."""

_BROKEN_OFF, _FAILED = 499, 500
"""No answer was sent because the client went away; the answer to what nobody expected is made outside."""


Answered = Callable[[str, int, float], None]
"""Is told of every request: the pattern of its route, its status, and the seconds until it was answered."""


def nobody_counts(_route: str, _status: int, _seconds: float) -> None:
    """Do nothing: how long requests take is asked for in the ingest service only."""


def refused_or_failed(_method: str, _route: str, status: int) -> bool:
    """Tell whether it did not succeed: for services that say themselves what they did."""
    return status >= 400  # noqa: PLR2004 - where HTTP's errors begin


def failed_or_under(*prefixes: str) -> OfNote:
    """Return what tells of failures everywhere, and under these prefixes of changes and refusals too.

    For services that readers ask as well: nobody wants a line for each address that a crawler guesses.
    """

    def of_note(method: str, route: str, status: int) -> bool:
        if status >= _FAILED:
            return True
        return route.startswith(prefixes) and (
            method not in {"GET", "HEAD"} or refused_or_failed(method, route, status)
        )

    return of_note


class RequestLog:
    """ASGI middleware. Of addresses only the routes' patterns are logged: the rest may hold secrets."""

    def __init__(
        self,
        app: ASGIApp,
        of_note: OfNote = refused_or_failed,
        traced: tuple[str, ...] = (),
        answered: Answered = nobody_counts,
    ) -> None:
        self._app = app
        self._of_note = of_note
        self._traced = traced
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_id_for(_header(scope, _REQUEST_ID_FIELD))
        # For the answer to what nobody expected, which is made outside of here.
        scope[REQUEST_ID_HEADER] = request_id
        status, started = _BROKEN_OFF, time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (_REQUEST_ID_FIELD, request_id.encode())]
            await send(message)

        with (
            answering(request_id),
            self._span(scope) as span,
        ):
            try:
                await self._app(scope, receive, sending)
            except Exception:
                status = _FAILED
                raise
            finally:
                route = getattr(scope.get("route"), "path", "none")
                span.name, span.status = f"{scope['method']} {route}", status
                span.attributes["newswire.request_id"] = request_id
                seconds = time.perf_counter() - started
                self._answered(route, status, seconds)
                self._tell(scope, route, status, seconds)

    def _span(self, scope: Scope) -> AbstractContextManager[RequestSpan]:
        if not tracing.on or not scope["path"].startswith(self._traced):
            return nullcontext(RequestSpan())
        return tracing.request(_header(scope, _TRACEPARENT_FIELD))

    def _tell(self, scope: Scope, route: str, status: int, seconds: float) -> None:
        if self._of_note(scope["method"], route, status):
            log.info(
                "request.answered",
                method=scope["method"],
                route=route,
                status=status,
                duration_ms=round(seconds * 1000, 1),
            )


def _header(scope: Scope, wanted: bytes) -> str:
    """Return a header's first value, empty when there is none."""
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")
