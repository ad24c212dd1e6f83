"""The feeds over HTTP (contract §5) in three formats; `front.py` stands before them, pages beside them."""

from fastapi import APIRouter, Request, Response

from services.feed.feeds.channel import Form
from services.feed.feeds.content_coding import CODINGS, IDENTITY, acceptable_codings
from services.feed.feeds.directory import Directory
from services.feed.feeds.page_routes import page_routes
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.rendition import Edition
from services.feed.feeds.renditions import Renditions
from services.feed.feeds.representation import FOR_EVERYONE, not_acceptable, response
from services.feed.feeds.selection import parse_selection
from shared.problems import Problem

_READ = ["GET", "HEAD"]
_READ_FROM_ANYWHERE = ["GET", "HEAD", "OPTIONS"]
_PREFLIGHT = {
    **FOR_EVERYONE,
    "Allow": ", ".join(_READ_FROM_ANYWHERE),
    "Access-Control-Allow-Methods": ", ".join(_READ),
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
_UNKNOWN_FEED = Problem(
    404,
    "There is no such feed. The page at / lists all feeds.",
    headers={**FOR_EVERYONE, "Cache-Control": "no-cache"},
)


def feed_routes(directory: Directory, renditions: Renditions, publisher: Publisher) -> APIRouter:
    """Return the public routes; they need no token.

    Each answers GET and HEAD from one route, so that a 405 names both; OpenAPI has no form for that.
    """
    router = APIRouter(include_in_schema=False)

    @router.api_route("/feeds/{selection:path}.{form}", methods=_READ_FROM_ANYWHERE)
    async def feed(request: Request, selection: str, form: str) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_PREFLIGHT)
        known = parse_selection(selection)
        if known is None or form not in set(Form):
            raise _UNKNOWN_FEED
        return await feed_answer(request, renditions, Edition(known, Form(form)))

    router.include_router(page_routes(directory, publisher))
    return router


async def feed_answer(request: Request, renditions: Renditions, edition: Edition) -> Response:
    """Return the answer to GET or HEAD for a feed.

    Raises a `Problem`: 404 when there is no such feed, 406 when the client takes none of the content codings,
    503 when the store cannot be reached and nothing is in memory.
    """
    rendition = await renditions.get(edition.selection, edition.form)
    if rendition is None:
        raise _UNKNOWN_FEED
    accepted = request.headers.getlist("accept-encoding")
    codings = acceptable_codings(",".join(accepted) if accepted else None)
    if not codings:
        raise not_acceptable(CODINGS)
    if IDENTITY not in codings:
        rendition = await renditions.compressed(edition, rendition)
    return response(request, renditions.answers_of(edition, rendition))
