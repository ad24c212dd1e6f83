"""`/ops`: whether anything is wrong, since when, how long until it is gone, and the numbers behind it."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from services.feed.deliveries.delivery import Delivery
from services.feed.deliveries.history import Sought
from services.feed.desk.curve import Drawing, draw
from services.feed.desk.curve_reading import CurveReading, of_group, waiting
from services.feed.desk.desk_parts import DeskParts
from services.feed.desk.desk_route import DeskRoute
from services.feed.desk.endpoint_order import worst_first
from services.feed.desk.errand import Errand
from services.feed.desk.spans import HOUR
from services.feed.feeds.listed_feed import ListedFeed
from services.feed.ops.curves import Curves
from services.feed.ops.headline import headline
from services.feed.ops.numbers import Backlog
from services.feed.outage import FAILURES
from shared.outage import is_outage

_ENDPOINTS = 8
_DELIVERIES = 8
_FEEDS = 5


@dataclass(frozen=True)
class Beside:
    """What stands on the first page beside the numbers; nothing of it is known while Redis is away."""

    curves: Curves | None = None
    deliveries: Sequence[Delivery] | None = None
    feeds: Sequence[ListedFeed] | None = None
    errands: Sequence[Errand] = ()

    def waiting(self, stream: str, group: str) -> Drawing | None:
        """Return the curve of what waited for a group."""
        found = of_group(self.curves, stream, group)
        return None if found is None else draw(waiting=waiting(found))

    @property
    def newest_feeds(self) -> Sequence[ListedFeed]:
        """The feeds that changed last."""
        changed = [feed for feed in self.feeds or () if feed.updated]
        return sorted(changed, key=lambda feed: (feed.updated, feed.selection), reverse=True)[:_FEEDS]


def overview_routes(parts: DeskParts, curves: CurveReading) -> APIRouter:
    """Return the first page's route."""
    router = APIRouter(include_in_schema=False, route_class=DeskRoute)

    @router.get("/ops")
    async def overview(request: Request) -> Response:
        visitor = await parts.visitor(request)
        backlog = parts.sampler.latest()
        return parts.page(
            request,
            "overview.html",
            visitor,
            live=True,
            backlog=backlog,
            headline=headline(backlog),
            endpoints=worst_first(backlog.endpoints)[:_ENDPOINTS],
            span=HOUR,
            beside=await _beside(parts, curves, backlog),
        )

    return router


async def _beside(parts: DeskParts, curves: CurveReading, backlog: Backlog) -> Beside:
    """Return the rest, read once a second for all viewers. A Redis that hangs is not asked at all."""
    if not backlog.redis_reachable:
        return Beside()

    async def read() -> Beside:
        known = await parts.deliveries.registry.known()
        page = await parts.deliveries.history.page(list(known.endpoints), Sought(), None, _DELIVERIES)
        return Beside(
            curves=await curves.over(HOUR),
            deliveries=page.deliveries,
            feeds=(await parts.feeds.listing()).feeds,
            errands=[errand for errand in await parts.errands.latest() if not errand.over],
        )

    try:
        beside: Beside = await parts.seen.get("beside", read)
    except FAILURES as error:
        if not is_outage(error):
            raise
        return Beside()
    return beside
