"""Bounds what a client can send before it is known. FastAPI's own limit answers in plain text."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.problems import Problem

LARGEST_BODY = 256 * 1024
"""Bytes; the largest request that anybody means is the definition of an endpoint or a feed."""

_DETAIL = f"Send at most {LARGEST_BODY} bytes."


class BodyLimit:
    """ASGI middleware that answers 413 to longer bodies, announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with no more of its body than the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"")
        if announced.isdigit() and int(announced[:20]) > LARGEST_BODY:
            answer = Problem(413, _DETAIL, headers={"Connection": "close"}).response()
            await answer(scope, receive, send)
            return
        received = 0

        async def receiving() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > LARGEST_BODY:
                # The framework passes this on from wherever a route reads its body.
                raise HTTPException(413, _DETAIL, {"Connection": "close"})
            return message

        await self._app(scope, receiving, send)
