"""`/ops/deliveries`: what was sent and what waits, found by what is known of it, page by page."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from services.feed.deliveries.caller import OPERATOR
from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.endpoint_url import without_query
from services.feed.deliveries.history import Page
from services.feed.deliveries.history_routes import Wanted
from services.feed.desk.desk_parts import DeskParts
from services.feed.desk.desk_route import DeskRoute
from services.feed.desk.field_reading import read_fields

_ON_A_PAGE = 50


class DeliveryPlaceInPages(Wanted):
    """Which deliveries a page shows, and from where on."""

    cursor: Annotated[str | None, Field(max_length=300)] = None


def delivery_pages(parts: DeskParts) -> APIRouter:
    """Return the routes of the list and of one delivery."""
    router = APIRouter(include_in_schema=False, route_class=DeskRoute)

    @router.get("/ops/deliveries")
    async def some(request: Request) -> Response:
        visitor = await parts.visitor(request)
        wanted = read_fields(DeliveryPlaceInPages, request.query_params)

        async def page() -> tuple[Page, int]:
            found = await wanted.page(parts.deliveries, OPERATOR, wanted.cursor, _ON_A_PAGE)
            return found, await wanted.count(parts.deliveries, OPERATOR)

        found, total = await parts.seen.get(("deliveries", wanted), page)
        return parts.page(
            request,
            "deliveries.html",
            visitor,
            live=True,
            backlog=parts.sampler.latest(),
            wanted=wanted,
            filters=wanted.model_dump(mode="json", exclude_none=True, exclude={"cursor"}),
            statuses=[status.value for status in DeliveryStatus],
            found=found,
            total=total,
        )

    @router.get("/ops/deliveries/{delivery_id}")
    async def one(request: Request, delivery_id: str) -> Response:
        visitor = await parts.visitor(request)
        delivery, attempts = await parts.deliveries.delivery(OPERATOR, delivery_id)
        endpoint = await parts.deliveries.endpoint(OPERATOR, delivery.endpoint)
        return parts.page(
            request,
            "delivery.html",
            visitor,
            live=True,
            backlog=parts.sampler.latest(),
            delivery=delivery,
            attempts=attempts,
            url=without_query(endpoint.url),
        )

    return router
