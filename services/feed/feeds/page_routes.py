"""The pages for people over HTTP: the list of feeds, also as OPML, its search, and pages for articles."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from services.feed.feeds.article_page import article_page
from services.feed.feeds.catalogue import Catalogue, Listing
from services.feed.feeds.content_coding import encoded
from services.feed.feeds.directory import Directory
from services.feed.feeds.feed_rows import headline
from services.feed.feeds.feed_search import LONGEST_QUERY
from services.feed.feeds.opml import GROUP_TITLES, opml
from services.feed.feeds.opml import MEDIA_TYPE as OPML_TYPE
from services.feed.feeds.pages import (
    PAGE_HEADERS,
    STYLESHEET,
    landing_page,
    search_page,
    unknown_page,
    withdrawn_page,
)
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.representation import FOR_EVERYONE, Representation, answer, etag_of
from services.feed.feeds.selection import ALL
from services.feed.feeds.shown_feeds import Question, largest_by_group, look_up

_READ = ["GET", "HEAD"]
_NEWEST = 10
_PAGE_DIGITS = 6
_MOST_COMPRESSED = 200_000


def page_routes(directory: Directory, publisher: Publisher) -> APIRouter:
    """Return the routes of the pages; they need no token, and each answers GET and HEAD."""
    router = APIRouter(include_in_schema=False)
    front = FrontPage(directory, publisher)
    style = _representation(STYLESHEET, "text/css", {})

    @router.api_route("/", methods=_READ)
    async def landing(request: Request) -> Response:
        question = _question(request)
        page = await (front.landing() if question.asks_nothing else front.found(question))
        return answer(request, page)

    @router.api_route("/feeds.opml", methods=_READ)
    async def opml_file(request: Request) -> Response:
        found = await front.opml()
        return answer(request, found)

    @router.api_route("/articles/{article_id}", methods=_READ)
    async def article(request: Request, article_id: str) -> Response:
        known = await directory.article(article_id)
        if known is None:
            return _missing(404, unknown_page(publisher))
        if known.withdrawn:
            return _missing(410, withdrawn_page(publisher))
        return answer(request, _page(article_page(known, publisher)))

    @router.api_route("/static/feeds.css", methods=_READ)
    async def stylesheet(request: Request) -> Response:
        return answer(request, style)

    return router


class FrontPage:
    """Makes the landing page and the OPML file, once for each state of the feeds, and answers searches."""

    def __init__(self, directory: Directory, publisher: Publisher) -> None:
        self._directory = directory
        self._catalogue = Catalogue(directory)
        self._publisher = publisher
        self._made: tuple[Listing, Representation] | None = None
        self._made_opml: tuple[Listing, Representation] | None = None

    async def landing(self) -> Representation:
        """Return the landing page."""
        listing = await self._catalogue.listing()
        if self._made is None or self._made[0] is not listing:
            groups = largest_by_group(listing.feeds)
            newest = await self._directory.newest(ALL, _NEWEST)
            shown = {feed.newest for group in groups for feed in group.feeds if feed.newest}
            known = await self._directory.articles({*newest, *shown})
            lines = [headline(known[i], self._publisher) for i in newest if i in known]
            self._made = listing, _page(landing_page(groups, lines, known, self._publisher))
        return self._made[1]

    async def opml(self) -> Representation:
        """Return all feeds as OPML."""
        listing = await self._catalogue.listing()
        if self._made_opml is None or self._made_opml[0] is not listing:
            body = opml(listing.feeds, self._publisher)
            self._made_opml = listing, _representation(body, OPML_TYPE, FOR_EVERYONE)
        return self._made_opml[1]

    async def found(self, question: Question) -> Representation:
        """Return the page that answers a question."""
        listing = await self._catalogue.listing()
        found = look_up(listing.feeds, question)
        known = await self._directory.articles({feed.newest for feed in found.feeds if feed.newest})
        return _page(search_page(found, known, self._publisher))


def _question(request: Request) -> Question:
    """Read what is asked for; what makes no sense is as if it were not there."""
    asked = request.query_params
    group, page = asked.get("group", ""), asked.get("page", "")
    return Question(
        words=" ".join(asked.get("q", "").split())[:LONGEST_QUERY],
        group=group if group in GROUP_TITLES else "",
        page=int(page) if page.isascii() and page.isdigit() and len(page) <= _PAGE_DIGITS else 1,
    )


def _page(body: bytes) -> Representation:
    return _representation(body, "text/html", PAGE_HEADERS)


def _representation(body: bytes, media_type: str, headers: Mapping[str, str]) -> Representation:
    return Representation(
        body,
        media_type,
        etag_of(body),
        headers={**headers, "Vary": "Accept-Encoding"},
        # A larger one would hold up all other requests for too long.
        encoded=encoded(body) if len(body) <= _MOST_COMPRESSED else {},
    )


def _missing(status: int, page: bytes) -> Response:
    return Response(
        page, status, media_type="text/html", headers={**PAGE_HEADERS, "Cache-Control": "no-cache"}
    )
