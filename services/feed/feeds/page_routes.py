"""The pages for people over HTTP: the list of feeds, its search, and pages for articles."""

from fastapi import APIRouter, Request, Response

from services.feed.feeds.directory import Directory
from services.feed.feeds.pages import (
    PAGE_HEADERS,
    STYLESHEET,
    article_page,
    landing_page,
    unknown_page,
    withdrawn_page,
)
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.representation import Representation, answer, etag_of
from services.feed.feeds.store_outage import unless_out_of_reach

_READ = ["GET", "HEAD"]


def page_routes(directory: Directory, publisher: Publisher) -> APIRouter:
    """Return the routes of the pages; they need no token and each answers GET and HEAD."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/", methods=_READ)
    async def landing(request: Request) -> Response:
        with unless_out_of_reach():
            body = landing_page(await directory.feeds(), publisher)
        return answer(request, Representation(body, "text/html", etag_of(body), headers=PAGE_HEADERS))

    @router.api_route("/articles/{article_id}", methods=_READ)
    async def article(request: Request, article_id: str) -> Response:
        with unless_out_of_reach():
            known = await directory.article(article_id)
        if known is None:
            return _missing(404, unknown_page(publisher))
        if known.withdrawn:
            return _missing(410, withdrawn_page(publisher))
        body = article_page(known, publisher)
        return answer(request, Representation(body, "text/html", etag_of(body), headers=PAGE_HEADERS))

    @router.api_route("/static/feeds.css", methods=_READ)
    async def stylesheet(request: Request) -> Response:
        return answer(request, Representation(STYLESHEET, "text/css", etag_of(STYLESHEET)))

    return router


def _missing(status: int, page: bytes) -> Response:
    return Response(
        page, status, media_type="text/html", headers={**PAGE_HEADERS, "Cache-Control": "no-cache"}
    )
