"""The operators' view of the feeds: all of them as JSON, and building them anew."""

from datetime import datetime

from fastapi import APIRouter, Request

from services.feed.feeds.channel import Form, feed_address, feed_title
from services.feed.feeds.directory import Directory
from services.feed.feeds.index import FeedIndex
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.selection import PRIVATE
from services.feed.operators import OperatorTokens
from shared.article import Frozen


class FeedSummary(Frozen):
    """A feed, where it is, how many articles it holds, and when it last changed (null: never).

    A private feed is listed without `urls`: they are told only when its token is made.
    """

    selection: str
    private: bool
    title: str
    urls: dict[str, str]
    articles: int
    updated: datetime | None
    version: int


class FeedSummaries(Frozen):
    """All feeds, by group and then by title."""

    feeds: list[FeedSummary]


class Rebuilt(Frozen):
    """What was built: the articles read, the feeds, and the entries dropped that belong to no article."""

    feeds: int
    articles: int
    dropped: int


def feed_admin_routes(
    directory: Directory, index: FeedIndex, publisher: Publisher, *, operators: OperatorTokens
) -> APIRouter:
    """Return the routes under `/api/feeds`; for operators alone."""
    router = APIRouter(tags=["feeds"])

    @router.get("/api/feeds", summary="Every feed with its URLs")
    async def list_feeds(request: Request) -> FeedSummaries:
        operators.require(request)
        feeds = [*await directory.feeds(), *await directory.private_feeds()]
        return FeedSummaries(
            feeds=[
                FeedSummary(
                    selection=feed.selection,
                    title=feed_title(publisher, feed.selection, feed.title),
                    private=feed.group == PRIVATE,
                    urls={}
                    if feed.group == PRIVATE
                    else {form.value: feed_address(publisher, feed.selection, form) for form in Form},
                    articles=feed.articles,
                    updated=feed.updated,
                    version=feed.version,
                )
                for feed in feeds
            ]
        )

    @router.post("/api/feeds/rebuild", summary="Build all feeds anew from what is stored")
    async def rebuild(request: Request) -> Rebuilt:
        operators.require(request)
        report = await index.rebuild()
        return Rebuilt(feeds=report.feeds, articles=report.articles, dropped=report.dropped)

    return router
