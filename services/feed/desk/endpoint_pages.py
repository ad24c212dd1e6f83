"""`/ops/endpoints`: all of them, those that need somebody first, and one with what was sent to it last."""

from fastapi import APIRouter, Request, Response

from services.feed.deliveries.caller import OPERATOR
from services.feed.deliveries.endpoint_forms import shown
from services.feed.deliveries.endpoint_url import without_query
from services.feed.deliveries.history import Sought
from services.feed.desk.desk_parts import DeskParts
from services.feed.desk.desk_route import DeskRoute
from services.feed.desk.endpoint_order import worst_first
from services.feed.desk.paging import page_of
from services.feed.ops.numbers import EndpointNumbers, EndpointState

_ON_A_PAGE = 50
_DELIVERIES = 20


def endpoint_pages(parts: DeskParts) -> APIRouter:
    """Return the routes of both pages."""
    router = APIRouter(include_in_schema=False, route_class=DeskRoute)

    @router.get("/ops/endpoints")
    async def every(request: Request) -> Response:
        visitor = await parts.visitor(request)
        backlog = parts.sampler.latest()
        state, words = request.query_params.get("state", ""), request.query_params.get("words", "")
        meant = [one for one in backlog.endpoints if _is_meant(one, state, words)]
        return parts.page(
            request,
            "endpoints.html",
            visitor,
            live=True,
            backlog=backlog,
            states=[one.value for one in EndpointState],
            state=state,
            words=words,
            found=page_of(worst_first(meant), request.query_params.get("page"), _ON_A_PAGE),
        )

    @router.get("/ops/endpoints/{endpoint_id}")
    async def one(request: Request, endpoint_id: str) -> Response:
        visitor = await parts.visitor(request)
        backlog = parts.sampler.latest()
        endpoint = shown(await parts.deliveries.endpoint(OPERATOR, endpoint_id))
        url = without_query(endpoint.url)
        numbers = next((n for n in backlog.endpoints if n.endpoint == endpoint_id), None)
        page = await parts.deliveries.history.page([endpoint_id], Sought(), None, _DELIVERIES)
        return parts.page(
            request,
            "endpoint.html",
            visitor,
            live=True,
            backlog=backlog,
            endpoint=endpoint,
            url=url,
            numbers=numbers or EndpointNumbers(endpoint=endpoint.id, partner=endpoint.partner_id, url=url),
            deliveries=page.deliveries,
        )

    return router


def _is_meant(endpoint: EndpointNumbers, state: str, words: str) -> bool:
    told = f"{endpoint.partner_name} {endpoint.url} {endpoint.endpoint} {endpoint.partner}".casefold()
    return state in {"", endpoint.state.value} and all(word in told for word in words.casefold().split())
