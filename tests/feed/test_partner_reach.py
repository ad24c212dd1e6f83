"""A partner's token reaches nothing of the service outside the partner API.

What it reaches within is tried route by route in `deliveries/test_partner_tokens.py`.
"""

from pathlib import Path

import httpx
from redis.asyncio import Redis

from services.feed.settings import FeedSettings
from services.feed.web_half import make_web
from shared.clock import SystemClock
from tests.feed.api_paths import named

ADMIN = "nw_admin"
PARTNER_API = ("/api/partners", "/api/endpoints", "/api/deliveries")
DESK = ("/ops", "/ops/deliveries", "/ops/endpoints", "/ops/dead-letters")


async def test_a_partners_token_opens_no_other_door(redis: Redis, tmp_path: Path) -> None:
    app = make_web(FeedSettings(data_dir=tmp_path, admin_token=ADMIN), redis, clock=SystemClock()).app
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://newswire.test") as client:
        admin = {"Authorization": f"Bearer {ADMIN}"}
        made = await client.post("/api/partners", json={"name": "Harbour Post"}, headers=admin)
        own = {"Authorization": f"Bearer {made.raise_for_status().json()['token']}"}
        assert (await client.get("/api/partners", headers=own)).is_success
        walked = 0
        for path, item in app.openapi()["paths"].items():
            for method, call in item.items():
                if "security" in call and not path.startswith(PARTNER_API):
                    answer = await client.request(method, named(path), headers=own, json={})
                    assert answer.status_code in {401, 403}, (method, path, answer.status_code)
                    walked += 1
        assert walked > 8
        for path in DESK:
            answer = await client.get(path, headers=own)
            assert answer.status_code in {303, 401, 403}, (path, answer.status_code)
