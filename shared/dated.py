"""The Date of every answer (RFC 9110 §6.6.1), as of the moment in which it begins.

uvicorn's own is up to a second old, or as old as its request: then Last-Modified could lie after it.
"""

import time
from email.utils import formatdate
from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Field = tuple[bytes, bytes]


def date_field() -> Field:
    """Return the header field for an answer that begins now."""
    return b"date", _written(int(time.time()))


@lru_cache(maxsize=1)
def _written(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()


class Dated:
    """An ASGI application in front of another one, which dates its answers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [date_field(), *message.get("headers", ())]
            await send(message)

        await self._app(scope, receive, send_dated)
