from datetime import timedelta

from redis.asyncio import Redis

from services.feed.measures.names import Reached
from services.feed.ops.curve_point import CurvePoint, EndpointsPoint, GroupPoint
from services.feed.ops.curve_recorder import CurveRecorder
from services.feed.ops.curve_store import COARSE, FINE, CurveStore
from services.feed.ops.curves import Curves
from services.feed.ops.numbers import Backlog, GroupNumbers, State
from shared import keys
from shared.timestamps import epoch_ms, from_epoch_ms
from tests.builders import NOON, HandClock
from tests.conftest import ValkeyServer

NOON_MS = epoch_ms(NOON)
LATER = HandClock(NOON + timedelta(minutes=10))


def lagging(lag: float, **latencies: dict[int, int]) -> CurvePoint:
    return CurvePoint({"feeds": (GroupPoint(State.OK, lag),)}, EndpointsPoint(lag), latencies)


def a_backlog(second: float, lag: int) -> Backlog:
    return Backlog(
        at=NOON + timedelta(seconds=second),
        state=State.OK,
        redis_reachable=True,
        streams=(GroupNumbers(stream=keys.events(0), group="feeds", lag=lag, state=State.OK),),
    )


def lags(curves: Curves) -> tuple[float | None, ...]:
    (group,) = curves.groups
    return group.lag


async def test_a_stretch_is_kept_once_whoever_comes_first(redis: Redis) -> None:
    store = CurveStore(redis, LATER)
    assert await store.write(FINE, NOON_MS, lagging(1))
    assert not await store.write(FINE, NOON_MS, lagging(2))
    assert not await store.write(FINE, NOON_MS - 10_000, lagging(3))
    curves = await store.read(NOON, NOON + timedelta(seconds=10))
    assert lags(curves) == (1,)


async def test_gaps_are_gaps(redis: Redis) -> None:
    store = CurveStore(redis, LATER)
    await store.write(FINE, NOON_MS, lagging(1))
    await store.write(FINE, NOON_MS + 30_000, lagging(0))
    curves = await store.read(NOON - timedelta(seconds=5), NOON + timedelta(seconds=41))
    assert curves.start == NOON - timedelta(seconds=10)
    assert lags(curves) == (None, 1, None, None, 0, None)
    assert curves.groups[0].state == (None, State.OK, None, None, State.OK, None)
    assert curves.latencies[Reached.FEED].count == (None, 0, None, None, 0, None)
    assert curves.times[1] == NOON
    assert len(curves.times) == curves.length == 6


async def test_what_is_not_over_is_no_gap(redis: Redis) -> None:
    clock = HandClock(NOON + timedelta(seconds=12))
    store = CurveStore(redis, clock)
    await store.write(FINE, NOON_MS - 10_000, lagging(5))
    lately = NOON - timedelta(seconds=10), NOON + timedelta(hours=1)
    assert lags(await store.read(*lately)) == (5,)
    clock.move(seconds=1)
    assert lags(await store.read(*lately)) == (5, None)


async def test_without_anything_kept_all_is_one_gap(redis: Redis) -> None:
    curves = await CurveStore(redis, LATER).read(NOON - timedelta(minutes=1), NOON)
    assert curves.groups == ()
    assert curves.endpoints.due == (None,) * 6


async def test_latencies_are_told_as_percentiles(redis: Redis) -> None:
    store = CurveStore(redis, LATER)
    await store.write(FINE, NOON_MS, lagging(0, partner={10: 98, 20: 2}))
    curves = await store.read(NOON, NOON + timedelta(seconds=10))
    partner = curves.latencies[Reached.PARTNER]
    assert (partner.count, partner.p50_ms, partner.p95_ms, partner.p99_ms) == ((100,), (10,), (10,), (100,))


async def test_what_is_older_than_is_kept_is_dropped(redis: Redis) -> None:
    store = CurveStore(redis, LATER)
    for stretch in range(6 * 360 + 50):
        await store.write(FINE, NOON_MS + stretch * 10_000, lagging(stretch))
    assert await redis.xlen(keys.curves(10)) == 6 * 360 + 1


async def test_the_finest_step_that_reaches_back_is_chosen(redis: Redis) -> None:
    store = CurveStore(redis, LATER)
    hour = timedelta(hours=1)
    assert (await store.read(NOON - 5.8 * hour, NOON)).step_seconds == 10
    assert (await store.read(NOON - 5.9 * hour, NOON - 5 * hour)).step_seconds == 60
    assert (await store.read(NOON - hour, NOON, COARSE)).length == 60
    assert (await store.read(NOON - 1000 * hour, NOON)).length == 7 * 24 * 60


async def test_minutes_are_made_of_what_was_kept_whoever_kept_it(redis: Redis) -> None:
    store = CurveStore(redis, LATER)
    for stretch, lag in enumerate([3, 900, 4, 1, 1, 1, 7]):
        await store.write(FINE, NOON_MS + stretch * 10_000, lagging(lag, feed={5: 1}))
    await store.condense(NOON_MS + 75_000)
    await store.condense(NOON_MS + 75_000)
    curves = await store.read(NOON, NOON + timedelta(minutes=2), COARSE)
    assert lags(curves) == (900, None)
    assert curves.latencies[Reached.FEED].count == (6, None)


async def test_minutes_that_passed_while_nobody_condensed_are_made_up_for(redis: Redis) -> None:
    store = CurveStore(redis, LATER)
    for minute in (0, 1, 4):
        await store.write(FINE, NOON_MS + minute * 60_000, lagging(minute))
        if minute == 0:
            await store.condense(NOON_MS + 60_000)
    await store.condense(NOON_MS + 5 * 60_000)
    curves = await store.read(NOON, NOON + timedelta(minutes=5), COARSE)
    assert lags(curves) == (0, 1, None, None, 4)


async def test_two_processes_that_look_keep_one_history(redis: Redis) -> None:
    store = CurveStore(redis, LATER)
    processes = [CurveRecorder(store), CurveRecorder(store)]
    for second in range(125):
        for process in processes:
            await process.take(a_backlog(second, lag=second), {Reached.FEED: {2: second}})
    assert await redis.xlen(keys.curves(10)) == 12
    assert await redis.xlen(keys.curves(60)) == 2
    fine = await store.read(NOON, NOON + timedelta(minutes=2))
    assert lags(fine) == tuple(range(9, 120, 10))
    # Of what was measured before the first look nobody knows when it was.
    assert fine.latencies[Reached.FEED].count == (9, *[10] * 11)


async def test_another_process_goes_on_where_one_ended(redis: Redis) -> None:
    store = CurveStore(redis, LATER)
    for seconds in (range(25), range(27, 65)):
        process = CurveRecorder(store)
        for second in seconds:
            await process.take(a_backlog(second, lag=1), {})
    coarse = await store.read(NOON, NOON + timedelta(minutes=1), COARSE)
    fine = await store.read(NOON, NOON + timedelta(minutes=1))
    assert lags(coarse) == (1,)
    assert lags(fine) == (1,) * 6


async def test_history_survives_a_kill_of_redis(valkey: ValkeyServer, redis: Redis) -> None:
    store = CurveStore(redis, LATER)
    await store.write(FINE, NOON_MS, lagging(7))
    valkey.kill()
    valkey.start()
    assert lags(await store.read(NOON, from_epoch_ms(NOON_MS + 10_000))) == (7,)


async def test_before_there_was_anything_there_is_nothing(redis: Redis) -> None:
    store = CurveStore(redis, HandClock())
    for until in (from_epoch_ms(0), from_epoch_ms(-1)):
        assert (await store.read(until - timedelta(hours=1), until)).length == 0
