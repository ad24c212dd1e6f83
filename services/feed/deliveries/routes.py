"""The partner API as one router, every route of it behind the guard that finds out who calls."""

from fastapi import APIRouter, Depends

from services.feed.deliveries.api_parts import ApiParts
from services.feed.deliveries.caller import identify
from services.feed.deliveries.endpoint_routes import endpoint_routes
from services.feed.deliveries.history_routes import history_routes
from services.feed.deliveries.partner_routes import partner_routes
from services.feed.deliveries.polling_routes import polling_routes
from services.feed.deliveries.statistics_routes import statistics_routes
from services.feed.operators import OperatorTokens


def delivery_routes(parts: ApiParts, operators: OperatorTokens) -> APIRouter:
    """Return the routes for partners, endpoints and deliveries (contract §6)."""
    router = APIRouter(dependencies=[Depends(identify(operators, parts.tokens))])
    for routes in (partner_routes, polling_routes, endpoint_routes, statistics_routes, history_routes):
        router.include_router(routes(parts))
    return router
