"""The desk at `/ops` as one router."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from services.feed.desk.action import Action
from services.feed.desk.action_routes import action_routes
from services.feed.desk.attempts import Attempts
from services.feed.desk.audit_pages import audit_pages
from services.feed.desk.curve_reading import CurveReading
from services.feed.desk.delivery_pages import delivery_pages
from services.feed.desk.desk_parts import DeskParts
from services.feed.desk.desk_route import DeskRoute
from services.feed.desk.endpoint_pages import endpoint_pages
from services.feed.desk.feed_pages import feed_pages
from services.feed.desk.group_routes import group_routes
from services.feed.desk.letter_pages import letter_pages
from services.feed.desk.login_routes import login_routes
from services.feed.desk.overview_routes import overview_routes
from services.feed.desk.pages import SCRIPT, STYLESHEET
from shared.problems import Problem

_CACHED = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
"""Their addresses bear a digest of them."""


def desk_routes(parts: DeskParts, actions: Mapping[str, Action]) -> APIRouter:
    """Return the routes of all pages, and of what they load."""
    router = APIRouter()
    curves = CurveReading(parts.curves, parts.clock)
    for routes in (
        _assets(),
        login_routes(parts, Attempts()),
        overview_routes(parts, curves),
        group_routes(parts, curves),
        endpoint_pages(parts),
        feed_pages(parts),
        letter_pages(parts),
        delivery_pages(parts),
        audit_pages(parts),
        action_routes(parts, actions),
        _nothing_else(parts),
    ):
        router.include_router(routes)
    return router


def _assets() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/ops/desk.css")
    async def style() -> Response:
        return Response(STYLESHEET, media_type="text/css", headers=_CACHED)

    @router.get("/ops/desk.js")
    async def script() -> Response:
        return Response(SCRIPT, media_type="text/javascript", headers=_CACHED)

    return router


def _nothing_else(parts: DeskParts) -> APIRouter:
    router = APIRouter(include_in_schema=False, route_class=DeskRoute)

    @router.get("/ops/{place:path}")
    async def nothing(request: Request, place: str) -> Response:
        await parts.visitor(request)
        raise Problem(404, f"The desk has no page {place}.")

    return router
