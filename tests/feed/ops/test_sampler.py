import asyncio
import signal

from redis.asyncio import Redis

from services.feed.ops.numbers import Backlog, Outlook, State
from services.feed.ops.sampler import Sampler
from services.feed.ops.unread import COUNTED_ENTRIES
from shared import keys
from shared.streams import DELIVERIES, FEEDS
from tests.builders import HandClock
from tests.conftest import ValkeyServer
from tests.feed.ops.stream_actions import STREAM, a_sampler, publish, read, row


async def test_what_was_just_published_is_in_the_next_answer(valkey: ValkeyServer, redis: Redis) -> None:
    async with a_sampler(valkey.url) as sampler:
        await publish(redis, 0)
        assert row(await sampler.fresh()).lag == 0
        await publish(redis, 3)
        backlog = await sampler.fresh()
    for group in (FEEDS, DELIVERIES):
        numbers = row(backlog, group)
        assert (numbers.lag, numbers.pending, numbers.length, numbers.consumers) == (3, 0, 3, 0)
        assert numbers.state is State.STALLED
    assert backlog.state is State.STALLED
    assert sampler.latest() == backlog


async def test_read_and_not_acknowledged_is_pending_until_it_is(valkey: ValkeyServer, redis: Redis) -> None:
    async with a_sampler(valkey.url) as sampler:
        await publish(redis, 5)
        ids = await read(redis, 2)
        reading = row(await sampler.fresh())
        await redis.xack(STREAM, FEEDS, *ids, *await read(redis, 3))
        done = row(await sampler.fresh())
    assert (reading.lag, reading.pending, reading.consumers) == (3, 2, 1)
    assert (done.lag, done.pending, done.state, done.outlook) == (0, 0, State.OK, Outlook.EMPTY)
    assert done.oldest_age_seconds == 0


async def test_ages_are_told_by_the_servers_clock(valkey: ValkeyServer, redis: Redis) -> None:
    await publish(redis, 0)
    seconds, _ = await redis.time()
    await redis.xadd(STREAM, {"__data__": "old"}, id=f"{(seconds - 100) * 1000}-0")
    await redis.xadd(STREAM, {"__data__": "younger"}, id=f"{(seconds - 40) * 1000}-0")
    await read(redis, 1)
    async with a_sampler(valkey.url, clock=HandClock()) as sampler:
        numbers = row(await sampler.fresh())
    assert 100 <= (numbers.oldest_pending_age_seconds or 0) < 110
    assert 40 <= (numbers.oldest_unread_age_seconds or 0) < 50
    assert numbers.oldest_age_seconds == numbers.oldest_pending_age_seconds


async def test_rates_come_from_what_is_added_and_acknowledged(valkey: ValkeyServer, redis: Redis) -> None:
    async with a_sampler(valkey.url) as sampler:
        await publish(redis, 10)
        await sampler.fresh()
        await publish(redis, 30)
        await redis.xack(STREAM, FEEDS, *await read(redis, 20))
        backlog = await rated(sampler)
    feeds, deliveries = row(backlog), row(backlog, DELIVERIES)
    assert feeds.arrival_per_second == deliveries.arrival_per_second
    assert (feeds.arrival_per_second or 0) > (feeds.drain_per_second or 0) > 0
    assert deliveries.drain_per_second == 0
    assert (deliveries.outlook, deliveries.seconds_to_drain) == (Outlook.NEVER, None)


async def rated(sampler: Sampler) -> Backlog:
    """Return the first backlog whose samples lie far enough apart for a rate."""
    async with asyncio.timeout(10):
        while row(backlog := await sampler.fresh()).arrival_per_second is None:  # noqa: ASYNC110 - time must pass in Valkey
            await asyncio.sleep(0.05)
    return backlog


async def test_deleted_entries_do_not_make_the_lag_unknown(valkey: ValkeyServer, redis: Redis) -> None:
    ids = await publish(redis, 450)
    await read(redis, 5)
    await redis.xdel(STREAM, ids[7])
    assert (await redis.xinfo_groups(STREAM))[1]["lag"] is None
    async with a_sampler(valkey.url) as sampler:
        assert row(await sampler.fresh()).lag == 444


async def test_a_lag_too_long_to_count_is_unknown_and_not_0(valkey: ValkeyServer, redis: Redis) -> None:
    ids = await publish(redis, COUNTED_ENTRIES + 10)
    await read(redis, 1)
    await redis.xdel(STREAM, ids[5])
    async with a_sampler(valkey.url) as sampler:
        numbers = row(await sampler.fresh())
    assert (numbers.lag, numbers.outlook) == (None, Outlook.UNKNOWN)
    assert (numbers.oldest_unread_age_seconds or 0) > 0


async def test_entries_trimmed_away_unread_are_not_waiting(valkey: ValkeyServer, redis: Redis) -> None:
    await publish(redis, 100)
    await read(redis, 10)
    await redis.xtrim(STREAM, maxlen=20, approximate=False)
    async with a_sampler(valkey.url) as sampler:
        assert row(await sampler.fresh()).lag == 20


async def test_deleting_all_that_was_unread_leaves_nothing_to_read(
    valkey: ValkeyServer, redis: Redis
) -> None:
    ids = await publish(redis, 4)
    await redis.xack(STREAM, FEEDS, *await read(redis, 2))
    await redis.xdel(STREAM, *ids[2:])
    async with a_sampler(valkey.url) as sampler:
        numbers = row(await sampler.fresh())
    assert (numbers.lag, numbers.oldest_age_seconds) == (0, 0)


async def test_a_stream_that_no_group_was_made_for_is_all_unread(valkey: ValkeyServer, redis: Redis) -> None:
    await redis.xadd(STREAM, {"__data__": "x"})
    async with a_sampler(valkey.url) as sampler:
        numbers = row(await sampler.fresh())
    assert (numbers.lag, numbers.state) == (1, State.STALLED)


async def test_a_flush_is_no_green_light_and_no_negative_rate(valkey: ValkeyServer, redis: Redis) -> None:
    async with a_sampler(valkey.url) as sampler:
        await publish(redis, 50)
        assert row(await sampler.fresh()).lag == 50
        await redis.flushall()
        flushed = await sampler.fresh()
        assert (row(flushed).length, flushed.state) == (0, State.UNKNOWN)
        await publish(redis, 2)
        anew = row(await rated(sampler))
    assert (anew.lag, anew.length) == (2, 2)
    assert (anew.arrival_per_second or 0) >= 0


async def test_every_partition_and_group_has_a_row(valkey: ValkeyServer, redis: Redis) -> None:
    await publish(redis, 2, partition=2)
    await redis.xadd(keys.dead_letters(2, DELIVERIES), {"reason": "poison"})
    async with a_sampler(valkey.url, partitions=3) as sampler:
        backlog = await sampler.fresh()
    assert len(backlog.streams) == 6
    assert row(backlog, DELIVERIES, keys.events(2)).dead_letters == 1
    assert row(backlog, FEEDS, keys.events(2)).dead_letters == 0
    assert row(backlog, FEEDS, keys.events(1)).lag == 0


async def test_many_viewers_share_a_look(valkey: ValkeyServer, redis: Redis) -> None:
    await publish(redis, 1)
    async with a_sampler(valkey.url) as sampler:
        await asyncio.gather(*(sampler.fresh() for _ in range(100)))
    stats = await redis.info("commandstats")
    assert stats["cmdstat_xinfo|stream"]["calls"] == 1


async def test_a_redis_that_is_away_is_said_to_be_away_until_it_is_back(
    valkey: ValkeyServer, redis: Redis
) -> None:
    await publish(redis, 3)
    async with a_sampler(valkey.url, interval=0.02) as sampler:
        running = asyncio.create_task(sampler.run())
        await shown(sampler, reachable=True)
        valkey.kill()
        away = await shown(sampler, reachable=False)
        valkey.start()
        back = await shown(sampler, reachable=True)
        running.cancel()
    assert (away.state, away.reason) == (State.UNKNOWN, "Redis cannot be reached.")
    assert {(r.lag, r.length, r.consumers, r.state) for r in away.streams} == {
        (None, None, None, State.UNKNOWN)
    }
    assert row(back).lag == 3


async def shown(sampler: Sampler, *, reachable: bool) -> Backlog:
    """Return the first backlog that says so, as a viewer sees it."""
    async with asyncio.timeout(20):
        while (backlog := sampler.latest()).redis_reachable is not reachable:  # noqa: ASYNC110 - another task looks
            await asyncio.sleep(0.02)
    return backlog


async def test_a_redis_that_hangs_counts_as_away(valkey: ValkeyServer, redis: Redis) -> None:
    await publish(redis, 3)
    assert valkey.process is not None
    async with a_sampler(valkey.url, patience=0.2) as sampler:
        assert (await sampler.fresh()).redis_reachable
        valkey.process.send_signal(signal.SIGSTOP)
        hanging = await sampler.fresh()
        valkey.process.send_signal(signal.SIGCONT)
        assert (await sampler.fresh()).redis_reachable
    assert (hanging.state, hanging.redis_reachable) == (State.UNKNOWN, False)


async def test_a_key_of_another_type_is_told_and_not_hidden(valkey: ValkeyServer, redis: Redis) -> None:
    await redis.set(STREAM, "no stream")
    async with a_sampler(valkey.url) as sampler:
        backlog = await sampler.fresh()
    assert backlog.state is State.UNKNOWN
    assert "WRONGTYPE" in (backlog.reason or "")


async def test_numbers_that_are_not_renewed_are_not_shown(valkey: ValkeyServer, redis: Redis) -> None:
    clock = HandClock()
    async with a_sampler(valkey.url, clock=clock) as sampler:
        assert sampler.latest().reason == "Redis has not been looked at yet."
        await publish(redis, 3)
        await sampler.fresh()
        clock.move(seconds=4)
        assert row(sampler.latest()).lag == 3
        clock.move(seconds=4)
        stale = sampler.latest()
    assert (stale.state, stale.reason) == (State.UNKNOWN, "Redis was last looked at 8 s ago.")
    assert row(stale).lag is None
