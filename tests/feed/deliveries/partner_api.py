"""The partner API with a worker and a receiver behind it, as tests call it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI
from redis.asyncio import Redis

from services.feed.deliveries.api_parts import api_parts
from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.routes import delivery_routes
from services.feed.operators import OperatorTokens
from shared.clock import SystemClock
from shared.problems import install
from tests.builders import an_event
from tests.feed.deliveries.delivery_builders import LOOPBACK, Deliveries, deliveries
from tests.receiver import Receiver, a_receiver

TOKEN = "the-token-of-this-test"
DELIVERED = DeliveryStatus.DELIVERED


class Api:
    """The API and what stands behind it."""

    def __init__(
        self, app: FastAPI, client: httpx.AsyncClient, sending: Deliveries, receiver: Receiver
    ) -> None:
        self.app = app
        self.client = client
        self.sending = sending
        self.receiver = receiver

    async def call(
        self, method: str, path: str, body: Any = None, *, status: int = 200, token: str = TOKEN
    ) -> Any:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = await self.client.request(method, path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def add_partner(self, name: str = "Harbour Post", **fields: Any) -> dict[str, Any]:
        added: dict[str, Any] = await self.call("POST", "/api/partners", {"name": name} | fields, status=201)
        return added

    async def add_endpoint(self, partner: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
        partner = partner or await self.add_partner()
        draft = {"url": f"{self.receiver.url}/hook"} | fields
        added: dict[str, Any] = await self.call(
            "POST", f"/api/partners/{partner['id']}/endpoints", draft, status=201
        )
        return added

    async def delivered(self, endpoint: dict[str, Any], count: int) -> list[str]:
        """Send so many events, and return their deliveries' ids, the newest first."""
        events = [an_event() for _ in range(count)]
        stored = await self.sending.registry.endpoint(endpoint["id"])
        assert stored is not None
        for event in events:
            await self.sending.intake.take(0, [event])
            await self.sending.outcome(stored, event, DELIVERED)
        page = await self.call("GET", f"/api/deliveries?endpoint={endpoint['id']}")
        return [delivery["id"] for delivery in page["deliveries"]]

    def routes(self) -> Iterator[tuple[str, str]]:
        """Yield method and path of every route there is."""
        for path, item in self.app.openapi()["paths"].items():
            yield from ((method.upper(), path) for method in item)


@asynccontextmanager
async def partner_api(redis: Redis) -> AsyncIterator[Api]:
    """Run the API until the end of the block."""
    async with a_receiver() as receiver, deliveries(redis) as sending:
        app = FastAPI()
        install(app)
        parts = api_parts(
            *(redis, sending.registry, sending.queue, SystemClock()),
            rules=LOOPBACK,
        )
        app.include_router(delivery_routes(parts, OperatorTokens(TOKEN)))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://newswire.test"
        ) as client:
            yield Api(app, client, sending, receiver)
