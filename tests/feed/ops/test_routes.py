import re
from datetime import UTC, datetime

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from services.feed.ops.numbers import EndpointNumbers, EndpointState
from tests.conftest import ValkeyServer
from tests.feed.ops.serving import BEARER, READ_TOKEN, TOKEN, serving
from tests.feed.ops.stream_actions import STREAM, a_sampler, publish, read

FEEDS = {"stream": STREAM, "group": "feeds"}
LATE = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


async def one_endpoint() -> list[EndpointNumbers]:
    return [
        EndpointNumbers(
            endpoint="ep_1",
            partner="ptr_1",
            partner_name="<Gazette> & sons",
            url="https://gazette.example/hook",
            due=3,
            retrying=2,
            dead=1,
            success_rate=0.75,
            p50_ms=12,
            last_success_at=LATE,
            past_due=0,
            oldest_past_due_seconds=0,
            state=EndpointState.FAILING,
        )
    ]


def the_samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families: list[Metric] = list(text_string_to_metric_families(text))
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def sample_of(text: str, name: str, **labels: str) -> float | None:
    return the_samples(text).get((name, frozenset(labels.items())))


async def test_the_numbers_as_json(valkey: ValkeyServer, redis: Redis) -> None:
    async with a_sampler(valkey.url, read_endpoints=one_endpoint) as sampler, serving(sampler) as client:
        await publish(redis, 3)
        await read(redis, 1)
        backlog = (await client.get("/api/backlog", headers=BEARER)).raise_for_status().json()
    feeds, deliveries = backlog["streams"]
    assert backlog["redis_reachable"] is True
    assert (feeds["stream"], feeds["group"], feeds["length"]) == (STREAM, "feeds", 3)
    assert (feeds["lag"], feeds["pending"], feeds["consumers"], feeds["dead_letters"]) == (2, 1, 1, 0)
    assert (deliveries["lag"], deliveries["state"]) == (3, "stalled")
    assert {"oldest_age_seconds", "arrival_per_second", "drain_per_second", "seconds_to_drain"} < feeds.keys()
    assert feeds["arrival_per_second"] is None  # one look is too little, and that is not 0
    (endpoint,) = backlog["endpoints"]
    assert (endpoint["endpoint"], endpoint["success_rate"], endpoint["p95_ms"]) == ("ep_1", 0.75, None)
    assert (endpoint["state"], endpoint["last_success_at"]) == ("failing", "2026-03-02T11:00:00Z")


async def test_the_same_numbers_as_metrics(valkey: ValkeyServer, redis: Redis) -> None:
    async with a_sampler(valkey.url, read_endpoints=one_endpoint) as sampler, serving(sampler) as client:
        await publish(redis, 3)
        await read(redis, 1)
        await sampler.fresh()
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    text = answer.text
    assert sample_of(text, "newswire_redis_up") == 1
    assert sample_of(text, "newswire_lag", **FEEDS) == 2
    assert sample_of(text, "newswire_pending", **FEEDS) == 1
    assert sample_of(text, "newswire_length", **FEEDS) == 3
    assert sample_of(text, "newswire_consumers", **FEEDS) == 1
    assert sample_of(text, "newswire_dead_letters", **FEEDS) == 0
    assert sample_of(text, "newswire_state", stream=STREAM, group="deliveries", state="stalled") == 1
    assert sample_of(text, "newswire_state", stream=STREAM, group="deliveries", state="ok") == 0
    assert sample_of(text, "newswire_arrival_per_second", **FEEDS) is None
    assert sample_of(text, "newswire_success_rate", endpoint="ep_1") == 0.75
    assert sample_of(text, "newswire_p95_ms", endpoint="ep_1") is None
    assert sample_of(text, "newswire_last_success_at", endpoint="ep_1") == LATE.timestamp()
    assert sample_of(text, "newswire_endpoint_state", endpoint="ep_1", state="failing") == 1


async def test_every_name_of_the_json_is_a_metric(valkey: ValkeyServer, redis: Redis) -> None:
    async with a_sampler(valkey.url, read_endpoints=one_endpoint) as sampler, serving(sampler) as client:
        await publish(redis, 1)
        backlog = (await client.get("/api/backlog", headers=BEARER)).json()
        metrics = set(
            re.findall(r"^# HELP newswire_(\w+)", (await client.get("/metrics")).text, re.MULTILINE)
        )
    names = backlog["streams"][0].keys() | backlog["endpoints"][0].keys()
    assert names - metrics == {
        *("stream", "group", "endpoint"),  # the labels
        *("partner", "partner_name", "url", "since"),  # no numbers
        "outlook",  # `seconds_to_drain` says it: +Inf for never, absent for unknown
    }


async def test_never_is_infinite_and_unknown_is_absent(valkey: ValkeyServer, redis: Redis) -> None:
    async with a_sampler(valkey.url) as sampler, serving(sampler) as client:
        await publish(redis, 3)
        await read(redis, 1)
        await sampler.fresh()
        text = (await client.get("/metrics")).text
    read_once, never_read = FEEDS, FEEDS | {"group": "deliveries"}
    assert sample_of(text, "newswire_seconds_to_drain", **read_once) is None
    assert sample_of(text, "newswire_seconds_to_drain", **never_read) == float("inf")


async def test_without_redis_there_are_states_and_no_numbers(valkey: ValkeyServer, redis: Redis) -> None:
    async with a_sampler(valkey.url, read_endpoints=one_endpoint) as sampler, serving(sampler) as client:
        await publish(redis, 3)
        await sampler.fresh()
        valkey.kill()
        backlog = (await client.get("/api/backlog", headers=BEARER)).raise_for_status().json()
        text = (await client.get("/metrics")).raise_for_status().text
    assert (backlog["state"], backlog["redis_reachable"]) == ("unknown", False)
    assert backlog["endpoints"][0]["due"] is None
    assert sample_of(text, "newswire_redis_up") == 0
    assert sample_of(text, "newswire_lag", **FEEDS) is None
    assert sample_of(text, "newswire_state", **FEEDS, state="unknown") == 1
    assert sample_of(text, "newswire_endpoint_state", endpoint="ep_1", state="unknown") == 1


WRONG = ("", "Bearer nw_another", "Basic bmFtZTpwYXNzd29yZA==")


async def test_the_numbers_are_for_operators_alone(valkey: ValkeyServer) -> None:
    async with a_sampler(valkey.url) as sampler, serving(sampler) as client:
        answers = [
            await client.get("/api/backlog", headers={"Authorization": wrong}, params={"token": TOKEN})
            for wrong in WRONG
        ]
        looked = await client.get("/api/backlog", headers={"Authorization": f"Bearer {READ_TOKEN}"})
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
    assert all("www-authenticate" in answer.headers for answer in answers)
    assert looked.status_code == 200
