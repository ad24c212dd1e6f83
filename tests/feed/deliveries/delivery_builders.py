"""Endpoints for tests, and a whole worker with its intake."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import Any, cast

from redis.asyncio import Redis

from services.feed.deliveries.address_rules import AddressRules
from services.feed.deliveries.attempt import Attempt
from services.feed.deliveries.delivery import Delivery, DeliveryStatus
from services.feed.deliveries.endpoint import Endpoint, EndpointStatus, Secret, delivery_id, new_endpoint_id
from services.feed.deliveries.history import History
from services.feed.deliveries.intake import Intake
from services.feed.deliveries.opening import open_worker
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.retry_schedule import RetrySchedule
from services.feed.deliveries.secret_box import SecretBox, new_key
from services.feed.deliveries.signature import new_secret
from services.feed.deliveries.worker import DeliveryWorker
from services.feed.inflow import Inflow
from services.feed.measures.names import Totals, totals
from services.feed.measures.tally import Tally
from shared import keys
from shared.clock import Clock, SystemClock
from shared.events import ArticleEvent
from tests.builders import NOON

A_BOX = SecretBox((new_key(),))

LOOPBACK = AddressRules((ip_network("127.0.0.0/8"),))


def an_endpoint(**fields: Any) -> Endpoint:
    """Return an active endpoint that wants everything."""
    given: dict[str, Any] = {
        "id": new_endpoint_id(),
        "partner_id": "ptr_0123456789abcdef",
        "url": "https://partner.example/hook",
        "secrets": (Secret(key=new_secret(), created_at=NOON),),
        "created_at": NOON,
    }
    return Endpoint.model_validate(given | fields)


@dataclass
class Deliveries:
    """The sending side as a process has it, and what a test asks of it."""

    redis: Redis
    registry: Registry
    queue: DeliveryQueue
    intake: Intake
    worker: DeliveryWorker
    history: History
    tally: Tally
    running: "asyncio.Task[None]"

    async def add(self, url: str, **fields: Any) -> Endpoint:
        """Register an endpoint at this URL."""
        endpoint = an_endpoint(url=url, **fields)
        await self.registry.add_endpoint(endpoint)
        return endpoint

    async def until(self, endpoint: Endpoint, status: EndpointStatus) -> Endpoint:
        """Return the endpoint as soon as it has this status."""
        async with asyncio.timeout(15):
            while True:
                found = await self.registry.endpoint(endpoint.id)
                assert found is not None
                if found.status is status:
                    return found
                await asyncio.sleep(0.01)

    async def nothing_in_hand(self, endpoint: Endpoint) -> None:
        """Return as soon as every attempt at the endpoint that was begun has ended and is written down."""
        async with asyncio.timeout(15):
            while True:
                if not await self.redis.zcard(keys.endpoint_leased(endpoint.id)):
                    return
                await asyncio.sleep(0.01)

    async def counted(self, attempts: int) -> Totals:
        """Return everything that was counted, once so many attempts were; they are a moment after each."""
        async with asyncio.timeout(15):
            while True:
                await self.tally.add_up()
                found = totals(cast("dict[bytes, bytes]", await self.redis.hgetall(keys.tally())))
                if sum(found.attempts.values()) >= attempts:
                    return found
                await asyncio.sleep(0.01)

    async def outcome(
        self, endpoint: Endpoint, event: ArticleEvent, status: DeliveryStatus | None, *, attempts: int = 1
    ) -> tuple[Delivery, tuple[Attempt, ...]]:
        """Return the delivery as soon as it has this status (None: any) and so many attempts."""
        found = None
        with suppress(TimeoutError):
            async with asyncio.timeout(15):
                while True:
                    found = await self.history.delivery(delivery_id(endpoint.id, event.id))
                    if found and status in {None, found[0].status} and len(found[1]) >= attempts:
                        return found
                    await asyncio.sleep(0.01)
        raise AssertionError(f"waited in vain for {status} after {attempts} attempts: {found}")


@asynccontextmanager
async def deliveries(
    redis: Redis,
    *,
    clock: Clock | None = None,
    rules: AddressRules = LOOPBACK,
    box: SecretBox = A_BOX,
    schedule: tuple[float, ...] = (0.01, 0.01),
    timeout: float = 5.0,  # noqa: ASYNC109 - of each attempt, not of this function
    lease: float = 30.0,
    grace: float = 1.0,
    inflow: Inflow | None = None,
) -> AsyncIterator[Deliveries]:
    """Run a worker until the end of the block, with short waits between attempts."""
    clock = clock or SystemClock()
    registry = Registry(redis, box)
    queue = DeliveryQueue(redis, lease=timedelta(seconds=lease))
    tally = Tally(redis, clock)
    async with open_worker(
        registry,
        queue,
        clock,
        tally,
        rules=rules,
        schedule=RetrySchedule(schedule),
        user_agent="Newswire/test",
        timeout=timeout,
        sweep=0.2,
        grace=grace,
        inflow=inflow,
    ) as worker:
        running = asyncio.create_task(worker.run())
        intake = Intake(redis, registry, queue, clock, wake=worker.wake)
        try:
            yield Deliveries(redis, registry, queue, intake, worker, History(redis), tally, running)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
