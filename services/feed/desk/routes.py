"""The desk at `/ops` as one router."""

from fastapi import APIRouter, Response

from services.feed.desk.attempts import Attempts
from services.feed.desk.desk_parts import DeskParts
from services.feed.desk.login_routes import login_routes
from services.feed.desk.overview_routes import overview_routes
from services.feed.desk.pages import SCRIPT, STYLESHEET

_CACHED = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
"""Their addresses bear a digest of them."""


def desk_routes(parts: DeskParts) -> APIRouter:
    """Return the routes of all pages, and of what they load."""
    router = APIRouter()

    @router.get("/ops/desk.css", include_in_schema=False)
    async def style() -> Response:
        return Response(STYLESHEET, media_type="text/css", headers=_CACHED)

    @router.get("/ops/desk.js", include_in_schema=False)
    async def script() -> Response:
        return Response(SCRIPT, media_type="text/javascript", headers=_CACHED)

    router.include_router(login_routes(parts, Attempts()))
    router.include_router(overview_routes(parts))
    return router
