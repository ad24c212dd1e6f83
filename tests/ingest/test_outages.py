"""What a publisher sees while Redis is away or full: 503, nothing half accepted, a safe repeat."""

import asyncio
import signal

import httpx
import pytest
from redis.asyncio import Redis

from tests.conftest import ValkeyServer
from tests.ingest.service import Service, events_of, one_article


async def test_while_redis_is_away_all_calls_say_503_and_afterwards_go_on(
    ingest: Service, valkey: ValkeyServer, redis: Redis
) -> None:
    outcome = await ingest.post(**one_article())
    valkey.kill()

    for method, path, body in (
        ("POST", "/articles", one_article(title="Another")),
        ("POST", "/articles/batch", [one_article()]),
        ("GET", f"/articles/{outcome['id']}", None),
        ("POST", f"/articles/{outcome['id']}/withdraw", {}),
        ("POST", f"/articles/{outcome['id']}/restore", None),
    ):
        answer = await ingest.client.request(method, path, json=body)
        assert answer.status_code == 503, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) >= 1
    page = b"March 02, 2026\n\nA title\n\nText."
    document = await ingest.client.post("/documents", content=page, headers={"Content-Type": "text/plain"})
    assert document.status_code == 503
    assert (await ingest.client.get("/readyz")).status_code == 503
    assert (await ingest.client.get("/healthz")).status_code == 200

    valkey.start()
    assert (await ingest.client.get("/readyz")).status_code == 200
    assert (await ingest.post(**one_article()))["outcome"] == "unchanged"
    assert len(await events_of(redis)) == 1


async def test_a_kill_in_the_middle_of_a_burst_leaves_no_article_without_its_event(
    ingest: Service, valkey: ValkeyServer, redis: Redis
) -> None:
    accepted: dict[int, str] = {}
    enough = asyncio.Event()

    async def post(number: int) -> None:
        answer = await ingest.client.post("/articles", json={"title": f"Burst {number}"})
        assert answer.status_code in {202, 503}
        if answer.status_code == 202:
            accepted[number] = answer.json()["id"]
        if len(accepted) == 20:
            enough.set()

    async def kill() -> None:
        await enough.wait()
        await asyncio.to_thread(valkey.kill)

    await asyncio.gather(kill(), *[post(number) for number in range(80)])
    assert 20 <= len(accepted) < 80
    valkey.start()

    published = {event.article.id for event in await events_of(redis)}
    stored = {
        key.decode().partition(":article:")[2] async for key in redis.scan_iter("newswire:{p0}:article:*")
    }
    assert stored == published
    assert set(accepted.values()) <= published

    before = dict(accepted)
    await asyncio.gather(*[post(number) for number in range(80)])
    events = await events_of(redis)
    assert len(accepted) == len({event.article.title for event in events}) == len(events) == 80
    assert before.items() <= accepted.items()


async def test_a_redis_that_is_full_takes_nothing_and_says_so(ingest: Service, redis: Redis) -> None:
    await redis.config_set("maxmemory", "1")
    refused = await ingest.client.post("/articles", json=one_article())
    ready = await ingest.client.get("/readyz")
    await redis.config_set("maxmemory", "0")

    assert (refused.status_code, ready.status_code) == (503, 503)
    assert await events_of(redis) == []
    assert (await ingest.post(**one_article()))["outcome"] == "published"


async def test_a_redis_that_hangs_is_given_up_and_taken_up_again(
    ingest: Service, valkey: ValkeyServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await ingest.post(**one_article())
    monkeypatch.setattr("services.ingest.deadline._SECONDS", 0.3)
    assert valkey.process is not None
    valkey.process.send_signal(signal.SIGSTOP)
    answers = await asyncio.gather(
        *[ingest.client.post("/articles", json={"title": f"Hanging {number}"}) for number in range(5)],
        ingest.client.get(f"/articles/{before['id']}"),
    )
    valkey.process.send_signal(signal.SIGCONT)
    monkeypatch.undo()

    assert {answer.status_code for answer in answers} == {503}
    outcomes = [await ingest.post(title=f"Hanging {number}") for number in range(5)]
    for number, outcome in enumerate(outcomes):
        assert (await ingest.stored(outcome["id"]))["title"] == f"Hanging {number}"
    assert len(await events_of(redis)) == 6


async def test_an_article_that_cannot_be_read_spoils_nobody_elses(ingest: Service, redis: Redis) -> None:
    spoilt = await ingest.post(**one_article())
    await redis.set(f"newswire:{{p0}}:article:{spoilt['id']}", "spoilt from outside")
    answers = await asyncio.gather(
        *[ingest.client.post("/articles", json={"title": f"Sound {number}"}) for number in range(10)],
        ingest.client.post("/articles", json=one_article()),
        *[ingest.client.post("/articles", json={"title": f"Sound {number}"}) for number in range(10, 20)],
    )
    assert sorted(answer.status_code for answer in answers) == [202] * 20 + [500]


async def test_a_claim_whose_article_never_came_is_used_by_the_next(ingest: Service, redis: Redis) -> None:
    """The process died between claiming and writing: the id is taken up."""
    first = await ingest.post(**one_article())
    await redis.delete(f"newswire:{{p0}}:article:{first['id']}")

    assert (await ingest.post(**one_article()))["id"] == first["id"]


async def test_the_answer_tells_the_truth_when_the_connection_breaks_after_the_write(
    ingest: Service, redis: Redis
) -> None:
    """Kill clients' connections again and again while articles go in: each is published exactly once."""

    async def break_connections() -> None:
        for _ in range(50):
            await redis.client_kill_filter(_type="normal", skipme=True)

    async def post(number: int) -> str:
        while True:
            answer = await ingest.client.post("/articles", json={"title": f"Through the storm {number}"})
            if answer.status_code == httpx.codes.ACCEPTED:
                return str(answer.json()["id"])
            assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE

    async with asyncio.timeout(20):
        breaking = asyncio.create_task(break_connections())
        ids = await asyncio.gather(*[post(number) for number in range(20)])
        await breaking
    assert sorted(event.article.id for event in await events_of(redis)) == sorted(ids)


async def test_a_redis_that_falls_silent_in_the_middle_of_a_burst_keeps_nobody_waiting(
    ingest: Service, valkey: ValkeyServer
) -> None:
    """Transactions are under way then, whose connections are given up while they watch."""
    process = valkey.process
    assert process is not None
    silent = asyncio.Event()

    async def post(number: int) -> int:
        answer = await ingest.client.post("/articles", json={"title": f"Burst {number}"})
        if answer.status_code == 202 and not silent.is_set():
            process.send_signal(signal.SIGSTOP)
            silent.set()
        return answer.status_code

    try:
        async with asyncio.timeout(20):
            answers = await asyncio.gather(*[post(number) for number in range(300)])
    finally:
        process.send_signal(signal.SIGCONT)
    assert {202, 503} == set(answers)
    assert (await ingest.post(title="Afterwards"))["outcome"] == "published"
