"""`/api/dead-letters`: what programs and the command see of given-up events, and do to them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from redis.asyncio import Redis

from services.feed.consume.dead_letter_acts import DeadLetterActs
from services.feed.consume.dead_letter_search import DeadLetterSearch
from services.feed.desk.audit_log import AuditLog
from services.feed.desk.dead_letter_api import dead_letter_routes
from services.feed.operators import OperatorTokens
from shared import keys, problems
from shared.streams import DELIVERIES, FEEDS
from tests.feed.consume.burials import a_burial

OPERATORS = OperatorTokens("nw_admin", "nw_read")


@pytest_asyncio.fixture
async def client(redis: Redis) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problems.install(app)
    search, acts = DeadLetterSearch(redis, 1), DeadLetterActs(redis, 1)
    app.include_router(dead_letter_routes(search, acts, AuditLog(redis), OPERATORS))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=("192.0.2.7", 5)),
        base_url="http://newswire.test",
        headers={"Authorization": "Bearer nw_admin"},
    ) as made:
        yield made


async def listed(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    letters: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        given = query | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/api/dead-letters", params=given)).raise_for_status().json()
        letters += page["dead_letters"]
        cursor = page["cursor"]
        if cursor is None:
            return letters


async def test_letters_are_listed_and_shown(redis: Redis, client: httpx.AsyncClient) -> None:
    await a_burial(redis, "one", reason="KeyError")
    await a_burial(redis, payload=b"\xff", group=DELIVERIES)
    unreadable, one = await listed(client, limit=1)
    assert (one["title"], one["reason"], one["group"], one["attempts"]) == ("one", "KeyError", "feeds", 5)
    assert one["stream"] == keys.events(0)
    assert (unreadable["title"], unreadable["event_id"]) == (None, None)
    found = (await client.get(f"/api/dead-letters/{one['id']}")).json()
    assert found["event"]["article"]["title"] == "one"
    assert found["payload"] is None
    found = (await client.get(f"/api/dead-letters/{unreadable['id']}")).json()
    assert (found["event"], found["payload"]) == (None, "/w==")
    assert [letter["title"] for letter in await listed(client, reason="keyerr")] == ["one"]


async def test_replaying_and_discarding_are_written_down(redis: Redis, client: httpx.AsyncClient) -> None:
    for title in ("one", "two", "three"):
        await a_burial(redis, title)
    (three, *_) = await listed(client)
    thrown = await client.post("/api/dead-letters/discard", json={"ids": [three["id"]]})
    assert (thrown.status_code, thrown.json()) == (200, {"count": 1, "cursor": None})
    again = await client.post("/api/dead-letters/replay", json={"group": "feeds"})
    assert (again.status_code, again.json()) == (202, {"count": 2, "cursor": None})
    assert await redis.xlen(keys.events(0)) == 2
    assert await listed(client) == []
    deeds = (await AuditLog(redis).page(None, 5)).deeds
    assert [(deed.action, deed.on, deed.count) for deed in deeds] == [
        ("replay letters", "dead letters of feeds", 2),
        ("discard letters", three["id"], 1),
    ]
    assert {(deed.actor.name, deed.actor.address, deed.actor.via) for deed in deeds} == {
        ("admin token", "192.0.2.7", "api")
    }


async def test_many_are_done_step_by_step(redis: Redis, client: httpx.AsyncClient) -> None:
    pipe = redis.pipeline(transaction=False)
    for number in range(12_000):
        pipe.xadd(keys.dead_letters(0, FEEDS), {"reason": "x", "title": str(number)})
    await pipe.execute()
    counts, cursor = [], None
    while True:
        body = {"all": True} | ({"cursor": cursor} if cursor else {})
        answer = (await client.post("/api/dead-letters/replay", json=body)).raise_for_status().json()
        counts.append(answer["count"])
        cursor = answer["cursor"]
        if cursor is None:
            break
    assert sum(counts) == 12_000
    assert len(counts) == 3
    assert await redis.xlen(keys.dead_letters(0, FEEDS)) == 0
    assert await redis.xlen(keys.events(0)) == 12_000


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"all": True, "group": "feeds"},
        {"all": True, "ids": ["feeds.0.1-0"]},
        {"group": "others"},
        {"all": True, "cursor": "[]x"},
        {"all": True, "cursor": "7"},
        {"all": True, "cursor": '[["feeds",0,"-","+"]]'},
        {"all": True, "cursor": '[["feeds","0","-","1-0"]]'},
        {"all": True, "cursor": '[["feeds",0,"-","1-0"],["x"]]'},
    ],
    ids=str,
)
async def test_a_set_that_is_not_said_clearly_is_refused(
    redis: Redis, client: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    await a_burial(redis)
    for what in ("replay", "discard"):
        answer = await client.post(f"/api/dead-letters/{what}", json=body)
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert len(await listed(client)) == 1


async def test_what_is_not_there_is_said_so(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/dead-letters/feeds.0.1-0")).status_code == 404
    assert (await client.get("/api/dead-letters/nonsense")).status_code == 404
    assert (await client.get("/api/dead-letters", params={"cursor": "nonsense"})).status_code == 422
    answer = await client.post("/api/dead-letters/replay", json={"ids": ["nonsense"]})
    assert answer.status_code == 404
    answer = await client.post("/api/dead-letters/replay", json={"ids": ["feeds.0.1-0"]})
    assert answer.json() == {"count": 0, "cursor": None}


async def test_whoever_only_looks_cannot_act(redis: Redis, client: httpx.AsyncClient) -> None:
    await a_burial(redis)
    read = {"Authorization": "Bearer nw_read"}
    assert len((await client.get("/api/dead-letters", headers=read)).json()["dead_letters"]) == 1
    answer = await client.post("/api/dead-letters/discard", json={"all": True}, headers=read)
    assert answer.status_code == 403
    assert len(await listed(client)) == 1
