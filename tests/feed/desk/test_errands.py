"""Errands go on where they were, whoever ran them; they end once, and what they did is written down once."""

from collections.abc import Mapping

import pytest
from pydantic import JsonValue
from redis.asyncio import Redis

from services.feed.desk.actor import Actor
from services.feed.desk.audit_log import AuditLog
from services.feed.desk.errand import LEASE, ErrandState
from services.feed.desk.errands import KEPT, Errands, Stepped
from services.feed.operators import OperatorRole
from shared.problems import Problem
from tests.builders import HandClock

ANA = Actor(name="Ana", role=OperatorRole.ADMIN, address="192.0.2.1", via="desk")


class DiedError(Exception):
    """What a process that dies amid a step does to the one who waits for it."""


class Counting:
    """Counts from 1 to a number, three at a time."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.dies_at: int | None = None

    async def __call__(self, wanted: Mapping[str, JsonValue], cursor: str | None) -> Stepped:
        last = int(str(wanted["last"]))
        begin = int(cursor or 1)
        if self.dies_at == begin:
            self.dies_at = None
            raise DiedError
        numbers = range(begin, min(begin + 3, last + 1))
        self.seen += numbers
        following = begin + 3
        return Stepped(len(numbers), str(following) if following <= last else None)


async def refuse(_: Mapping[str, JsonValue], __: str | None) -> Stepped:
    raise Problem(404, "There is no endpoint ep_1.")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
def errands(redis: Redis, clock: HandClock, counting: Counting) -> Errands:
    made = Errands(redis, clock, AuditLog(redis))
    made.know("count", counting)
    made.know("refuse", refuse)
    return made


async def test_an_errand_is_done_to_its_end_and_written_down(
    redis: Redis, errands: Errands, counting: Counting
) -> None:
    await errands.begin(ANA, "count", "numbers", {"last": 8}, of=8)
    await errands.run_once()
    assert counting.seen == list(range(1, 9))
    (done,) = await errands.latest()
    assert (done.state, done.count, done.of) == (ErrandState.DONE, 8, 8)
    (deed,) = (await AuditLog(redis).page(None, 5)).deeds
    assert (deed.actor, deed.action, deed.on, deed.count) == (ANA, "count", "numbers", 8)
    await errands.run_once()
    assert len(counting.seen) == 8


async def test_another_process_goes_on_where_a_dead_one_was(
    redis: Redis, errands: Errands, counting: Counting, clock: HandClock
) -> None:
    counting.dies_at = 4
    await errands.begin(ANA, "count", "numbers", {"last": 8})
    with pytest.raises(DiedError):
        await errands.run_once()
    another = Errands(redis, clock, AuditLog(redis))
    another.know("count", counting)
    await another.run_once()
    assert counting.seen == [1, 2, 3]  # the dead one may be at it still
    clock.moment += LEASE
    await another.run_once()
    assert counting.seen == list(range(1, 9))
    assert (await another.latest())[0].count == 8


async def test_a_stopped_errand_does_no_more(redis: Redis, errands: Errands, counting: Counting) -> None:
    errand = await errands.begin(ANA, "count", "numbers", {"last": 8})
    stopped = await errands.stop(errand.id, ANA)
    assert stopped is not None
    assert stopped.note == "stopped by Ana"
    await errands.run_once()
    assert counting.seen == []
    assert await errands.stop(errand.id, ANA) is None
    assert await errands.stop("unknown", ANA) is None
    (deed,) = (await AuditLog(redis).page(None, 5)).deeds
    assert (deed.count, deed.note) == (0, "stopped by Ana")


async def test_an_errand_is_stopped_between_two_steps(
    redis: Redis, clock: HandClock, counting: Counting
) -> None:
    async def step(wanted: Mapping[str, JsonValue], cursor: str | None) -> Stepped:
        did = await counting(wanted, cursor)
        if cursor == "4":
            await running.stop((await running.latest())[0].id, ANA)
        return did

    running = Errands(redis, clock, AuditLog(redis))
    running.know("count", step)
    await running.begin(ANA, "count", "numbers", {"last": 20})
    await running.run_once()
    assert counting.seen == list(range(1, 7))
    (errand,) = await running.latest()
    assert (errand.state, errand.count) == (ErrandState.STOPPED, 3)


async def test_what_cannot_be_done_says_why(errands: Errands) -> None:
    await errands.begin(ANA, "refuse", "endpoint", {})
    await errands.run_once()
    (errand,) = await errands.latest()
    assert (errand.state, errand.note) == (ErrandState.STOPPED, "There is no endpoint ep_1.")


async def test_only_so_many_are_remembered(errands: Errands, clock: HandClock) -> None:
    for _ in range(KEPT + 5):
        clock.move(seconds=1)
        await errands.begin(ANA, "count", "numbers", {"last": 1})
        await errands.run_once()
    known = await errands.latest()
    assert len(known) <= KEPT + 1
    assert known[0].begun_at == clock.now()
