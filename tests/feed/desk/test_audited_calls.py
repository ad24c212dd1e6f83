"""What is done through the API stands in the audit log too, and nothing that was not done."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio
from redis.asyncio import Redis

from services.feed.desk.audit_log import AuditLog
from services.feed.settings import FeedSettings
from services.feed.web_half import make_web
from shared.clock import SystemClock

ADMIN = {"Authorization": "Bearer nw_admin"}


@pytest_asyncio.fixture
async def client(redis: Redis, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = FeedSettings(data_dir=tmp_path, admin_token="nw_admin", read_token="nw_read")
    app = make_web(settings, redis, clock=SystemClock()).app
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://newswire.test") as made:
        yield made


async def written(redis: Redis) -> list[tuple[str, str, str]]:
    deeds = (await AuditLog(redis).page(None, 50)).deeds
    return [(deed.on, deed.actor.name, deed.actor.address) for deed in reversed(deeds)]


async def test_what_an_operator_changes_is_written_down(client: httpx.AsyncClient, redis: Redis) -> None:
    added = await client.post("/api/partners", json={"name": "Harbour Post"}, headers=ADMIN)
    partner = added.json()["id"]
    await client.get("/api/partners", headers=ADMIN)
    await client.delete(f"/api/partners/{partner}", headers=ADMIN)
    assert await written(redis) == [
        ("POST /api/partners", "admin token", "192.0.2.7"),
        (f"DELETE /api/partners/{partner}", "admin token", "192.0.2.7"),
    ]


async def test_what_a_partner_does_with_its_own_is_not(client: httpx.AsyncClient, redis: Redis) -> None:
    partner = (await client.post("/api/partners", json={"name": "Harbour Post"}, headers=ADMIN)).json()
    endpoints = f"/api/partners/{partner['id']}/endpoints"
    added = await client.post(endpoints, json={"url": "https://harbour.example/hook"}, headers=ADMIN)
    by_operators = await written(redis)
    assert len(by_operators) == 2
    bearing = {"Authorization": f"Bearer {partner['token']}"}
    rotated = await client.post(f"/api/endpoints/{added.json()['id']}/rotate-secret", headers=bearing)
    assert rotated.is_success
    assert await written(redis) == by_operators


async def test_what_was_refused_is_not(client: httpx.AsyncClient, redis: Redis) -> None:
    await client.post("/api/partners", json={"name": "x"}, headers={"Authorization": "Bearer nw_read"})
    await client.post("/api/partners", json={"name": "x"})
    await client.post("/api/partners", json={"name": ""}, headers=ADMIN)
    await client.post("/api/endpoints/ep_1/pause", headers=ADMIN)
    assert await written(redis) == []


async def test_what_counts_by_itself_is_written_down_once(client: httpx.AsyncClient, redis: Redis) -> None:
    await client.post("/api/dead-letters/discard", json={"all": True}, headers=ADMIN)
    assert await written(redis) == [("all dead letters", "admin token", "192.0.2.7")]
