"""The API describes itself truly: who may call, which problems it answers, and what it does not take."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from redis.asyncio import Redis

from services.feed.settings import FeedSettings
from services.feed.web_half import make_web
from shared.clock import SystemClock
from tests.conftest import ValkeyServer
from tests.feed.api_paths import named

ADMIN = "nw_admin"
PROBLEM = {"application/problem+json"}


@pytest.fixture
def app(redis: Redis, tmp_path: Path) -> FastAPI:
    return make_web(FeedSettings(data_dir=tmp_path, admin_token=ADMIN), redis, clock=SystemClock()).app


@pytest_asyncio.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://newswire.test") as client:
        yield client


def calls(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in app.openapi()["paths"].items():
        for method, call in item.items():
            yield method, path, call


async def test_who_may_call_is_as_described(app: FastAPI, client: httpx.AsyncClient) -> None:
    for method, path, call in calls(app):
        answer = await client.request(method, named(path), json={})
        assert (answer.status_code == 401) is ("security" in call), (method, path)


def test_every_error_is_described_as_a_problem(app: FastAPI) -> None:
    for method, path, call in calls(app):
        errors = {s: set(a.get("content", ())) for s, a in call["responses"].items() if s >= "4"}
        if path == "/readyz":
            continue
        assert all(content == PROBLEM for content in errors.values()), (method, path, errors)
        if "security" in call:
            assert {"401", "403", "503"} <= set(errors), (method, path)
        if "{" in path:
            assert "404" in errors, (method, path)
        if "requestBody" in call:
            assert {"400", "422"} <= set(errors), (method, path)
    assert "HTTPValidationError" not in str(app.openapi())


async def test_a_wrong_method_is_told_the_right_ones(client: httpx.AsyncClient) -> None:
    answer = await client.put("/api/endpoints/ep_1")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PATCH, DELETE")


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_is_bounded_before_anybody_is_known(client: httpx.AsyncClient, announced: bool) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b" " * 1000

    content = b" " * 300_000 if announced else parts()
    answer = await client.post("/api/partners", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


async def test_without_redis_every_call_asks_to_come_again(
    app: FastAPI, client: httpx.AsyncClient, valkey: ValkeyServer, redis: Redis
) -> None:
    valkey.kill()
    await redis.aclose()
    for method, path, call in calls(app):
        if method != "get" or "security" not in call or path == "/api/backlog":
            continue
        answer = await client.get(named(path), headers={"Authorization": f"Bearer {ADMIN}"})
        assert (answer.status_code, answer.headers.get("retry-after") is not None) == (503, True), path


async def test_a_token_that_calls_too_often_waits_and_the_others_do_not(redis: Redis, tmp_path: Path) -> None:
    settings = FeedSettings(data_dir=tmp_path, admin_token=ADMIN, api_rate_limit=1)
    transport = httpx.ASGITransport(make_web(settings, redis, clock=SystemClock()).app)
    async with httpx.AsyncClient(transport=transport, base_url="http://newswire.test") as client:
        client.headers["Authorization"] = f"Bearer {ADMIN}"
        partner = (await client.post("/api/partners", json={"name": "A partner"})).raise_for_status().json()
        told = [(await client.get("/api/endpoints")).status_code for _ in range(20)]
        assert (told[0], told[-1]) == (200, 429)
        client.headers["Authorization"] = f"Bearer {partner['token']}"
        assert (await client.get("/api/endpoints")).status_code == 200
