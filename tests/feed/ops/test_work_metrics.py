from datetime import timedelta

from redis.asyncio import Redis

from services.feed.measures.names import Reached
from services.feed.measures.tally import Tally
from tests.builders import NOON, HandClock
from tests.conftest import ValkeyServer
from tests.feed.ops.serving import serving
from tests.feed.ops.stream_actions import STREAM, a_sampler
from tests.feed.ops.test_routes import sample_of, the_samples


async def metrics_of(valkey: ValkeyServer) -> str:
    async with a_sampler(valkey.url) as sampler, serving(sampler) as client:
        await sampler.fresh()
        return (await client.get("/metrics")).raise_for_status().text


async def test_what_workers_count_is_told_by_the_web_half(valkey: ValkeyServer, redis: Redis) -> None:
    tally = Tally(redis, HandClock())
    tally.applied(0, "feeds", 7)
    tally.redelivered(0, "feeds", 2)
    tally.given_up(0, "feeds")
    tally.attempted("RetryLater")
    for seconds in (0.3, 4, 10**7):
        tally.arrived(Reached.FEED, NOON - timedelta(seconds=seconds))
    await tally.add_up()
    text = await metrics_of(valkey)
    group = {"stream": STREAM, "group": "feeds"}
    assert sample_of(text, "newswire_events_applied_total", **group) == 7
    assert sample_of(text, "newswire_events_redelivered_total", **group) == 2
    assert sample_of(text, "newswire_redeliveries", **group) == 2
    assert sample_of(text, "newswire_events_given_up_total", **group) == 1
    assert sample_of(text, "newswire_delivery_attempts_total", outcome="RetryLater") == 1
    latency = "newswire_article_latency_seconds"
    told = [
        sample_of(text, f"{latency}_bucket", reached="feed", le=le) for le in ("0.25", "0.5", "5", "+Inf")
    ]
    assert told == [0, 1, 2, 3]
    assert sample_of(text, f"{latency}_count", reached="feed") == 3
    assert sample_of(text, f"{latency}_sum", reached="feed") == 10**7 + 4.3
    assert sample_of(text, f"{latency}_count", reached="partner") == 0


async def test_the_process_tells_of_itself(valkey: ValkeyServer) -> None:
    assert (sample_of(await metrics_of(valkey), "process_resident_memory_bytes") or 0) > 10**6


async def test_no_metric_has_more_series_than_there_are_things_to_tell_of(valkey: ValkeyServer) -> None:
    names = [name for name, _ in the_samples(await metrics_of(valkey))]
    assert max(map(names.count, names)) <= 60
