"""`/ops/feeds`: every public feed, what it holds and when it last changed."""

from fastapi import APIRouter, Request, Response

from services.feed.desk.desk_parts import DeskParts
from services.feed.desk.desk_route import DeskRoute
from services.feed.desk.paging import page_of
from services.feed.feeds.feed_search import find

_ON_A_PAGE = 100


def feed_pages(parts: DeskParts) -> APIRouter:
    """Return the page's route."""
    router = APIRouter(include_in_schema=False, route_class=DeskRoute)

    @router.get("/ops/feeds")
    async def every(request: Request) -> Response:
        visitor = await parts.visitor(request)
        words = request.query_params.get("words", "")
        feeds = (await parts.feeds.listing()).feeds
        found = find(feeds, words) if words.strip() else feeds
        return parts.page(
            request,
            "feeds.html",
            visitor,
            live=True,
            backlog=parts.sampler.latest(),
            words=words,
            found=page_of(found, request.query_params.get("page"), _ON_A_PAGE),
        )

    return router
