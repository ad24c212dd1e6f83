"""The read token sees everything and changes nothing, on every route that the service has."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis

from services.feed.settings import FeedSettings
from services.feed.web_half import make_web
from shared.clock import SystemClock
from tests.feed.api_paths import named

ADMIN, READ = "nw_admin", "nw_read"


@pytest.fixture
def app(redis: Redis, tmp_path: Path) -> FastAPI:
    settings = FeedSettings(data_dir=tmp_path, admin_token=ADMIN, read_token=READ)
    return make_web(settings, redis, clock=SystemClock()).app


async def test_it_looks_everywhere_and_acts_nowhere(app: FastAPI) -> None:
    walked = 0
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://newswire.test") as client:
        for path, item in app.openapi()["paths"].items():
            if not path.startswith("/api/"):
                continue
            for method in item:
                at = named(path)
                answer = await client.request(method, at, headers={"Authorization": f"Bearer {READ}"})
                unknown = await client.request(method, at, headers={"Authorization": "Bearer nw_other"})
                walked += 1
                assert unknown.status_code == 401, (method, path)
                if method == "get":
                    assert answer.status_code in {200, 404}, (method, path, answer.text)
                else:
                    assert answer.status_code == 403, (method, path, answer.text)
                    assert "read token" in answer.json()["detail"]
    assert walked > 20


async def test_it_is_not_shown_what_may_be_a_key_in_an_endpoints_address(app: FastAPI) -> None:
    admin, reader = {"Authorization": f"Bearer {ADMIN}"}, {"Authorization": f"Bearer {READ}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://newswire.test") as client:
        partner = (await client.post("/api/partners", json={"name": "Post"}, headers=admin)).json()["id"]
        whole = "https://partner.example/hook?key=secret"
        made = await client.post(f"/api/partners/{partner}/endpoints", json={"url": whole}, headers=admin)
        at = f"/api/endpoints/{made.json()['id']}"

        assert (await client.get(at, headers=admin)).json()["url"] == whole
        assert (await client.get(at, headers=reader)).json()["url"] == "https://partner.example/hook"
        assert "secret" not in (await client.get("/api/endpoints", headers=reader)).text
