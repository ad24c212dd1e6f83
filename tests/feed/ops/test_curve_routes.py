import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from fastapi import FastAPI
from redis.asyncio import Redis

from services.feed.ops.curve_point import CurvePoint, EndpointsPoint, GroupPoint
from services.feed.ops.curve_routes import curve_routes
from services.feed.ops.curve_store import FINE, CurveStore
from services.feed.ops.numbers import State
from shared import problems
from shared.outage_answers import Outages
from shared.redis_connection import connect
from shared.timestamps import epoch_ms
from tests.builders import NOON, HandClock
from tests.conftest import ValkeyServer
from tests.feed.ops.serving import BEARER, OPERATORS

PATH = "/api/backlog/history"


@asynccontextmanager
async def history_of(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Serve what is kept at this Redis; it is noon."""
    app = FastAPI()
    problems.install(app)
    Outages("Redis cannot be reached.").install(app)
    clock = HandClock()
    async with connect(url, retries=0) as redis:
        app.include_router(curve_routes(CurveStore(redis, clock), clock, OPERATORS.require))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
            running = asyncio.create_task(server.serve(sockets=[listener]))
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=address) as client:
                yield client
            server.should_exit = True
            await running


async def test_the_last_hour_is_told_unless_another_time_is_asked_for(
    valkey: ValkeyServer, redis: Redis
) -> None:
    point = CurvePoint({"feeds": (GroupPoint(State.BEHIND, 12, arrival_per_second=1.5),)}, EndpointsPoint(3))
    await CurveStore(redis, HandClock()).write(FINE, epoch_ms(NOON) - 60_000, point)
    async with history_of(valkey.url) as client:
        hour = (await client.get(PATH, headers=BEARER)).raise_for_status().json()
        asked = {"since": "2026-03-02T11:58:00Z", "until": "2026-03-02T12:59:00+01:00", "step": "60"}
        week = (await client.get(PATH, headers=BEARER, params=asked)).raise_for_status().json()
    assert (hour["start"], hour["step_seconds"], hour["length"]) == ("2026-03-02T11:00:00Z", 10, 359)
    (group,) = hour["groups"]
    assert (group["stream"], group["group"]) == ("newswire:{p0}:events", "feeds")
    assert (group["lag"][354], group["state"][354], group["arrival_per_second"][354]) == (12, "behind", 1.5)
    assert {value for i, value in enumerate(group["lag"]) if i != 354} == {None}
    assert hour["endpoints"]["due"][354] == 3
    assert hour["latencies"]["feed"]["p95_ms"][354] is None
    assert (week["step_seconds"], week["length"], week["groups"]) == (60, 1, [])


async def test_a_time_that_cannot_be_is_refused(valkey: ValkeyServer) -> None:
    wrong = (
        {"since": "2026-03-02T12:00:00Z", "until": "2026-03-02T11:00:00Z"},
        {"since": "yesterday"},
        {"since": "2026-03-02T12:00:00"},
        {"step": "7"},
    )
    async with history_of(valkey.url) as client:
        answers = [await client.get(PATH, headers=BEARER, params=asked) for asked in wrong]
    assert {answer.status_code for answer in answers} == {422}


async def test_the_end_of_time_asks_for_no_more_than_is_kept(valkey: ValkeyServer) -> None:
    async with history_of(valkey.url) as client:
        asked = {"since": "0001-01-01T00:00:00Z", "until": "9999-12-31T23:59:59Z"}
        answer = await client.get(PATH, headers=BEARER, params=asked)
    assert answer.raise_for_status().json()["length"] == 7 * 24 * 60


async def test_without_the_token_nothing_is_told(valkey: ValkeyServer) -> None:
    async with history_of(valkey.url) as client:
        assert (await client.get(PATH)).status_code == 401


async def test_without_redis_it_says_so(valkey: ValkeyServer) -> None:
    async with history_of(valkey.url) as client:
        valkey.kill()
        answer = await client.get(PATH, headers=BEARER)
    assert answer.status_code == 503
    assert answer.json()["detail"] == "Redis cannot be reached."
