"""Measures every request from its first byte to the last byte of its answer."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.ingest.metrics import Metrics

_BROKEN_OFF = 499
"""No answer was sent: the client went away."""
_FAILED = 500
"""The answer to what nobody expected is made outside of here."""


class Timing:
    """ASGI middleware that tells the metrics how long each request took."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and measure it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = _BROKEN_OFF

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            status = _FAILED
            raise
        finally:
            # The pattern of the route: paths themselves would be labels without end.
            route = getattr(scope.get("route"), "path", "none")
            self._metrics.answered(route, status, time.perf_counter() - started)
