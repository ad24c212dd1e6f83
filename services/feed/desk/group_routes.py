"""`/ops/groups/…`: one consumer group of one stream, with its curves and its consumers."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request, Response

from services.feed.consume.dead_consumers import KnownConsumer, known_consumers
from services.feed.consume.dead_letter_place import Shelf, shelf_named
from services.feed.desk.curve import Drawing, Strip, draw, strips
from services.feed.desk.curve_reading import CurveReading, of_group, waiting
from services.feed.desk.desk_parts import DeskParts
from services.feed.desk.desk_route import DeskRoute
from services.feed.desk.spans import SPANS, span_named
from services.feed.measures.names import Reached
from services.feed.ops.curves import Curves
from services.feed.ops.numbers import GroupNumbers
from shared.problems import Problem
from shared.streams import FEEDS


def group_routes(parts: DeskParts, curves: CurveReading) -> APIRouter:
    """Return the route of a group's page."""
    router = APIRouter(include_in_schema=False, route_class=DeskRoute)

    @router.get("/ops/groups/{group}/{partition}")
    async def one(request: Request, group: str, partition: str) -> Response:
        visitor = await parts.visitor(request)
        shelf = shelf_named(group, partition, parts.partitions)
        if shelf is None:
            raise Problem(404, "There is no such consumer group.")
        backlog = parts.sampler.latest()
        span = span_named(request.query_params.get("span"))
        drawn = await curves.over(span) if backlog.redis_reachable else None

        async def consumers() -> Sequence[KnownConsumer]:
            return await known_consumers(parts.redis, shelf.partition, shelf.group)

        return parts.page(
            request,
            "group.html",
            visitor,
            live=True,
            backlog=backlog,
            shelf=shelf,
            numbers=_numbers(backlog.streams, shelf),
            consumers=await parts.seen.get(shelf, consumers) if backlog.redis_reachable else None,
            span=span,
            spans=SPANS,
            drawings=_drawings(drawn, shelf),
            strips=_strips(drawn, shelf),
        )

    return router


def _numbers(streams: Sequence[GroupNumbers], shelf: Shelf) -> GroupNumbers:
    found = (one for one in streams if (one.stream, one.group) == (shelf.stream, shelf.group))
    return next(found, GroupNumbers(stream=shelf.stream, group=shelf.group))


def _drawings(curves: Curves | None, shelf: Shelf) -> Mapping[str, Drawing]:
    """Return each curve by its caption."""
    found = of_group(curves, shelf.stream, shelf.group)
    if curves is None or found is None:
        return {}
    latency = curves.latencies[Reached.FEED if shelf.group == FEEDS else Reached.PARTNER]
    return {
        "Waiting": draw(waiting=waiting(found), pending=found.pending),
        "Age of the oldest": draw(oldest=found.oldest_age_seconds),
        "Speed": draw(arrival=found.arrival_per_second, drain=found.drain_per_second),
        "From accepted to done": draw(p50=latency.p50_ms, p99=latency.p99_ms),
    }


def _strips(curves: Curves | None, shelf: Shelf) -> tuple[Strip, ...]:
    found = of_group(curves, shelf.stream, shelf.group)
    return strips([None if state is None else state.value for state in found.state]) if found else ()
