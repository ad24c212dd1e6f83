"""`/ops`: whether anything is wrong, since when, how long until it is gone, and the numbers behind it."""

from fastapi import APIRouter, Request, Response

from services.feed.desk.desk_parts import DeskParts
from services.feed.desk.desk_route import DeskRoute
from services.feed.ops.headline import headline


def overview_routes(parts: DeskParts) -> APIRouter:
    """Return the first page's route."""
    router = APIRouter(include_in_schema=False, route_class=DeskRoute)

    @router.get("/ops")
    async def overview(request: Request) -> Response:
        visitor = await parts.visitor(request)
        backlog = parts.sampler.latest()
        return parts.page(
            request, "overview.html", visitor, live=True, backlog=backlog, headline=headline(backlog)
        )

    return router
