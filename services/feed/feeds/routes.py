"""The feeds over HTTP (contract §5): each in three formats, the list of them, and pages for articles."""

from fastapi import APIRouter, Request, Response

from services.feed.feeds.channel import Form, feed_address
from services.feed.feeds.content_coding import accepts_gzip
from services.feed.feeds.directory import Directory
from services.feed.feeds.opml import MEDIA_TYPE as OPML_TYPE
from services.feed.feeds.opml import opml
from services.feed.feeds.page_routes import page_routes
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.rendition import Rendition
from services.feed.feeds.renditions import Renditions
from services.feed.feeds.representation import Representation, answer, etag_of
from services.feed.feeds.selection import Selection, parse_selection
from services.feed.feeds.store_outage import unless_out_of_reach
from shared.problems import Problem

_READ = ["GET", "HEAD"]
_UNKNOWN_FEED = "There is no such feed. The page at / lists all feeds."


def feed_routes(directory: Directory, renditions: Renditions, publisher: Publisher) -> APIRouter:
    """Return the public routes; they need no token.

    Each answers GET and HEAD from one route, so that a 405 names both; OpenAPI has no form for that.
    """
    router = APIRouter(include_in_schema=False)

    @router.api_route("/feeds.opml", methods=_READ)
    async def opml_file(request: Request) -> Response:
        with unless_out_of_reach():
            body = opml(await directory.feeds(), publisher)
        return answer(request, Representation(body, OPML_TYPE, etag_of(body), headers=_FOR_EVERYONE))

    @router.api_route("/feeds/{selection:path}.{form}", methods=_READ)
    async def feed(request: Request, selection: str, form: str) -> Response:
        known = parse_selection(selection)
        if known is None or form not in set(Form):
            raise Problem(404, _UNKNOWN_FEED)
        rendition = await renditions.get(known, Form(form))
        if rendition is None:
            raise Problem(404, _UNKNOWN_FEED)
        compressed = accepts_gzip(request.headers.get("accept-encoding", ""))
        return answer(
            request, _representation(rendition, known, Form(form), publisher, compressed=compressed)
        )

    router.include_router(page_routes(directory, publisher))
    return router


_FOR_EVERYONE = {"Access-Control-Allow-Origin": "*"}


def _representation(
    rendition: Rendition, selection: Selection, form: Form, publisher: Publisher, *, compressed: bool
) -> Representation:
    headers = {
        **_FOR_EVERYONE,
        "Vary": "Accept-Encoding",
        "Link": f'<{feed_address(publisher, selection, form)}>; rel="self"',
    }
    if compressed:
        headers["Content-Encoding"] = "gzip"
    if rendition.stale:
        headers["Warning"] = '110 newswire "Response is Stale"'
    return Representation(
        rendition.gzip if compressed else rendition.body,
        form.media_type,
        rendition.etag(compressed=compressed),
        rendition.last_modified,
        headers,
    )
