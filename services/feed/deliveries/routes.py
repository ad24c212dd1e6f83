"""The partner API as one router, every route of it behind the same guard."""

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request
from redis.asyncio import Redis

from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.api_parts import ApiParts
from services.feed.deliveries.endpoint_routes import endpoint_routes
from services.feed.deliveries.history import History
from services.feed.deliveries.history_routes import history_routes
from services.feed.deliveries.intake import nobody_to_wake
from services.feed.deliveries.partner_routes import partner_routes
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from shared.clock import Clock

Authorise = Callable[[Request], None]
"""Raises a `Problem` when the request may not be answered."""


def delivery_routes(
    *,
    redis: "Redis",
    registry: Registry,
    queue: DeliveryQueue,
    clock: Clock,
    rules: AddressRules,
    authorise: Authorise,
    wake: Callable[[], None] = nobody_to_wake,
) -> APIRouter:
    """Return the routes for partners, endpoints and deliveries (contract §6)."""
    parts = ApiParts(redis, registry, queue, History(redis), clock, rules, wake)
    router = APIRouter(dependencies=[Depends(authorise)])
    for routes in (partner_routes, endpoint_routes, history_routes):
        router.include_router(routes(parts))
    return router
