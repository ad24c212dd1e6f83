"""The partner API as one router, every route of it behind the guard that finds out who calls."""

from collections.abc import Callable
from datetime import timedelta

from fastapi import APIRouter, Depends
from redis.asyncio import Redis

from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.api_parts import ApiParts
from services.feed.deliveries.bodies import Bodies
from services.feed.deliveries.caller import identify
from services.feed.deliveries.endpoint_routes import endpoint_routes
from services.feed.deliveries.history import History
from services.feed.deliveries.history_routes import history_routes
from services.feed.deliveries.intake import nobody_to_wake
from services.feed.deliveries.partner_events import PartnerEvents
from services.feed.deliveries.partner_routes import partner_routes
from services.feed.deliveries.partner_tokens import PartnerTokens
from services.feed.deliveries.polling_routes import polling_routes
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.resending import Resending
from services.feed.deliveries.retention import Retention
from services.feed.deliveries.statistics_routes import statistics_routes
from services.feed.operators import OperatorTokens
from shared.clock import Clock


def delivery_routes(
    *,
    redis: "Redis",
    registry: Registry,
    queue: DeliveryQueue,
    clock: Clock,
    rules: AddressRules,
    operators: OperatorTokens,
    overlap: timedelta = timedelta(hours=24),
    retention: Retention | None = None,
    wake: Callable[[], None] = nobody_to_wake,
) -> APIRouter:
    """Return the routes for partners, endpoints and deliveries (contract §6)."""
    tokens = PartnerTokens(redis)
    bodies = Bodies(redis, retention)
    parts = ApiParts(
        redis=redis,
        registry=registry,
        queue=queue,
        history=History(redis),
        tokens=tokens,
        bodies=bodies,
        resending=Resending(redis, queue, bodies),
        polled=PartnerEvents(redis, retention),
        clock=clock,
        rules=rules,
        wake=wake,
        overlap=overlap,
    )
    router = APIRouter(dependencies=[Depends(identify(operators, tokens))])
    for routes in (partner_routes, polling_routes, endpoint_routes, statistics_routes, history_routes):
        router.include_router(routes(parts))
    return router
