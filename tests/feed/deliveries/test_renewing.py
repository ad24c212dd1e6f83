"""Leases of who lives do not end, and those of who died end soon."""

import asyncio
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError

from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.intake import Intake
from services.feed.deliveries.lease import Ask, Hand, Lease
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.registry import Registry
from services.feed.deliveries.renewing import Renewing
from shared import keys
from shared.clock import SystemClock
from shared.redis_connection import connect
from shared.timestamps import epoch_ms, from_epoch_ms
from tests.builders import NOON, HandClock, an_event
from tests.conftest import ValkeyServer
from tests.faults.proxy import Proxy, Trap
from tests.feed.deliveries.answers import holding
from tests.feed.deliveries.delivery_builders import A_BOX, an_endpoint, deliveries
from tests.feed.deliveries.queue_steps import A_HAND, ended, enqueue, finished, leased
from tests.receiver import a_receiver

SECOND = timedelta(seconds=1)
DELIVERED = DeliveryStatus.DELIVERED
ENDPOINT = an_endpoint().id


class BothClocks(HandClock):
    """The time of day, and the seconds that went by while the machine was not suspended."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 1000.0

    def elapsed(self) -> float:
        return self.seconds

    def go_on(self, seconds: float) -> None:
        self.seconds += seconds
        self.move(seconds=seconds)


@pytest.fixture
def clocks() -> BothClocks:
    return BothClocks()


@pytest.fixture
def renewing(clocks: BothClocks) -> Renewing:
    return Renewing(clocks, 10 * SECOND, elapsed=clocks.elapsed)


@pytest.fixture
def queue(redis: Redis) -> DeliveryQueue:
    return DeliveryQueue(redis, lease=10 * SECOND)


def turn(renewing: Renewing) -> Hand:
    """Take a turn that succeeds."""
    hand = renewing.next_hand(())
    renewing.succeeded(hand)
    return hand


def live(renewing: Renewing, clocks: BothClocks, seconds: float) -> None:
    """Take two turns a second for so long."""
    for _ in range(round(seconds * 2)):
        clocks.go_on(0.5)
        turn(renewing)


def test_leases_are_renewed_each_quarter_of_their_time(renewing: Renewing, clocks: BothClocks) -> None:
    renews = []
    for _ in range(20):
        renews.append(turn(renewing).held is not None)
        clocks.go_on(0.5)
    assert renews == [n % 5 == 0 for n in range(20)]


def test_who_begins_takes_nothing_over_for_half_a_lease(renewing: Renewing, clocks: BothClocks) -> None:
    assert not turn(renewing).takes_over
    live(renewing, clocks, 4)
    assert not turn(renewing).takes_over
    live(renewing, clocks, 2)
    assert turn(renewing).takes_over


@pytest.mark.parametrize(
    ("ran", "set_by"), [(5, 0), (0, 5), (0, 3600)], ids=["outage", "suspended", "clock set"]
)
def test_who_could_not_renew_lets_the_others_renew_first(
    renewing: Renewing, clocks: BothClocks, ran: float, set_by: float
) -> None:
    live(renewing, clocks, 10)
    assert turn(renewing).takes_over
    clocks.go_on(ran)
    clocks.move(seconds=set_by)
    late = turn(renewing)
    assert not late.takes_over
    assert late.held is not None
    live(renewing, clocks, 4)
    assert not turn(renewing).takes_over
    live(renewing, clocks, 2)
    assert turn(renewing).takes_over


def test_a_turn_that_failed_renews_nothing(renewing: Renewing, clocks: BothClocks) -> None:
    live(renewing, clocks, 10)
    for _ in range(20):
        clocks.go_on(0.5)
        renewing.next_hand(())
        renewing.failed([])
    assert not renewing.may_take_over
    assert renewing.is_due


def test_after_an_answer_that_was_lost_the_next_turn_looks_what_it_brought(
    renewing: Renewing, clocks: BothClocks
) -> None:
    turn(renewing)
    clocks.go_on(0.1)
    assert not renewing.is_due
    renewing.failed([ENDPOINT])
    hand = turn(renewing)
    assert hand.held == {ENDPOINT: []}
    assert turn(renewing).held is None


async def test_a_renewed_lease_is_nobody_elses_and_its_end_counts(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT)
    (lease,) = await leased(queue, [Ask(ENDPOINT, 8)], NOON)
    await held(queue, [lease], NOON + 6 * SECOND)
    other = Hand("another", 1)
    assert await leased(queue, [Ask(ENDPOINT, 8)], NOON + 12 * SECOND, other) == []
    assert None not in await finished(queue, [ended(lease, DELIVERED)])
    assert await leased(queue, [Ask(ENDPOINT, 8)], NOON + 60 * SECOND, other) == []


async def test_what_is_not_renewed_is_taken_over_by_who_may(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT)
    await leased(queue, [Ask(ENDPOINT, 8)], NOON)
    later = NOON + 11 * SECOND
    assert await leased(queue, [Ask(ENDPOINT, 8)], later, Hand("another", 1, takes_over=False)) == []
    assert len(await leased(queue, [Ask(ENDPOINT, 8)], later, Hand("another", 2))) == 1


async def test_a_lease_that_another_has_is_not_renewed(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT)
    (lost,) = await leased(queue, [Ask(ENDPOINT, 8)], NOON)
    (lease,) = await leased(queue, [Ask(ENDPOINT, 8)], NOON + 11 * SECOND, Hand("another", 1))
    await held(queue, [lost], NOON + 12 * SECOND)
    assert len(await leased(queue, [Ask(ENDPOINT, 8)], NOON + 21 * SECOND, Hand("a third", 1))) == 1
    assert await finished(queue, [ended(lost, DELIVERED), ended(lease, DELIVERED)]) == [None, None]


async def test_what_a_lost_answer_brought_is_due_at_the_next_turn(redis: Redis, queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT, 3)
    known = await leased(queue, [Ask(ENDPOINT, 1)], NOON)
    await held(queue, known, NOON)
    await leased(queue, [Ask(ENDPOINT, 2)], NOON, Hand(A_HAND.name, 2))  # and nobody hears of it
    others = await leased(queue, [Ask(ENDPOINT, 8)], NOON, Hand("another", 7))
    again = Hand(A_HAND.name, 3, {ENDPOINT: known})
    brought = await queue.turn((), [Ask(ENDPOINT, 8)], NOON + SECOND, hand=again)
    assert brought.given_back == {ENDPOINT}
    assert len(brought.leases) == 2
    assert others == []
    assert await redis.zcard(keys.endpoint_leased(ENDPOINT)) == 3
    assert (
        await finished(queue, [ended(lease, DELIVERED) for lease in [*known, *brought.leases]]) != [None] * 3
    )


async def test_what_a_turn_brought_itself_or_another_holds_is_not_given_back(queue: DeliveryQueue) -> None:
    """Its own leases may come first: after a restart Redis may know the one script and not the other."""
    await enqueue(queue, ENDPOINT, 2)
    (mine,) = await leased(queue, [Ask(ENDPOINT, 1)], NOON)
    (others,) = await leased(queue, [Ask(ENDPOINT, 1)], NOON, Hand("another", 0))
    assert (await held(queue, [], NOON)) == set()
    assert None not in await finished(queue, [ended(mine, DELIVERED), ended(others, DELIVERED)])


async def test_what_is_not_in_hand_has_no_holder(redis: Redis, queue: DeliveryQueue) -> None:
    """There are millions of deliveries, and each field of theirs costs memory."""
    done, released = await enqueue(queue, ENDPOINT, 2)
    leases = await leased(queue, [Ask(ENDPOINT, 2)], NOON)
    assert await redis.hget(keys.delivery(ENDPOINT, done), "holder") == b"somebody 1"
    await finished(queue, [ended(leases[0], DELIVERED)])
    await queue.release(leases[1:], NOON)
    for one in (done, released):
        assert not await redis.hexists(keys.delivery(ENDPOINT, one), "holder")


async def test_a_delivery_that_came_back_into_the_same_hand_is_held_under_its_newer_token(
    queue: DeliveryQueue,
) -> None:
    """An attempt of before an outage may still be under way."""
    await enqueue(queue, ENDPOINT)
    (before,) = await leased(queue, [Ask(ENDPOINT, 8)], NOON)
    (lease,) = await leased(queue, [Ask(ENDPOINT, 8)], NOON + 11 * SECOND, Hand(A_HAND.name, 2))
    hand = Hand(A_HAND.name, 3, {ENDPOINT: [lease, before]})
    assert (await queue.turn((), (), NOON + 12 * SECOND, hand=hand)).given_back == set()
    assert None not in await finished(queue, [ended(lease, DELIVERED)])


async def test_an_ended_lease_that_may_not_be_taken_over_is_looked_at_again_after_a_while(
    queue: DeliveryQueue,
) -> None:
    await enqueue(queue, ENDPOINT)
    await leased(queue, [Ask(ENDPOINT, 8)], NOON)
    later = NOON + 60 * SECOND
    late = await queue.turn((), [Ask(ENDPOINT, 8)], later, hand=Hand("another", 1, takes_over=False))
    assert late.marks == {ENDPOINT: epoch_ms(later) + 500}


async def held(queue: DeliveryQueue, leases: list[Lease], now: datetime) -> set[str]:
    """Renew these leases, and return of which endpoints anything was given back."""
    hand = Hand(A_HAND.name, A_HAND.turn, {ENDPOINT: leases})
    return (await queue.turn((), (), now, hand=hand)).given_back


async def test_an_attempt_may_take_longer_than_its_lease(redis: Redis) -> None:
    let_go = asyncio.Event()
    async with (
        a_receiver() as slow,
        deliveries(redis, lease=1.0, timeout=30) as one,
        deliveries(redis, lease=1.0),
    ):
        slow.answer = holding(let_go)
        endpoint = await one.add(slow.url)
        event = an_event()
        await one.intake.take(0, [event])
        await slow.wait_for(1)
        began = SystemClock().now()
        async with asyncio.timeout(15):
            while await first_end(redis, endpoint.id) < began + 3 * SECOND:  # noqa: ASYNC110 - Valkey's
                await asyncio.sleep(0.02)
        let_go.set()
        _, attempts = await one.outcome(endpoint, event, DELIVERED)
    assert len(slow.received) == len(attempts) == 1


async def test_a_worker_that_ends_renews_what_it_waits_for(redis: Redis) -> None:
    let_go = asyncio.Event()
    async with a_receiver() as slow:
        slow.answer = holding(let_go)
        async with deliveries(redis, lease=1.0, timeout=30, grace=20) as one:
            endpoint = await one.add(slow.url)
            event = an_event()
            await one.intake.take(0, [event])
            await slow.wait_for(1)
            one.running.cancel()
            began = SystemClock().now()
            async with asyncio.timeout(15):
                while await first_end(redis, endpoint.id) < began + 3 * SECOND:  # noqa: ASYNC110 - Valkey's
                    await asyncio.sleep(0.02)
            let_go.set()
            _, attempts = await one.outcome(endpoint, event, DELIVERED)
    assert len(slow.received) == len(attempts) == 1


async def test_who_holds_nothing_sees_that_nobody_can_renew(redis: Redis, queue: DeliveryQueue) -> None:
    """Redis is full: it reads, and refuses writes, and so everybody's renewals."""
    await redis.config_set("maxmemory", "1")
    with pytest.raises(OutOfMemoryError):
        await queue.turn((), (), NOON, hand=Hand("somebody", 1, held={}))
    await queue.turn((), (), NOON, hand=Hand("somebody", 2))
    await redis.config_set("maxmemory", "0")
    await queue.turn((), (), NOON, hand=Hand("somebody", 3, held={}))
    assert not await redis.exists(keys.queues())


async def test_a_redis_that_is_full_has_nothing_taken_in_hand(redis: Redis, queue: DeliveryQueue) -> None:
    """No end could be written down: it would be sent again."""
    await enqueue(queue, ENDPOINT, 2)
    await leased(queue, [Ask(ENDPOINT, 1)], NOON)
    await redis.config_set("maxmemory", "1")
    with pytest.raises(OutOfMemoryError):
        await queue.turn((), [Ask(ENDPOINT, 8)], NOON + 60 * SECOND, hand=Hand("another", 1))
    assert await redis.zcard(keys.endpoint_leased(ENDPOINT)) == 1
    assert await redis.zcard(keys.endpoint_due(ENDPOINT)) == 1


async def first_end(redis: Redis, endpoint_id: str) -> datetime:
    """Return when the first lease of an endpoint ends."""
    first: Any = await redis.zrange(keys.endpoint_leased(endpoint_id), 0, 0, withscores=True)
    ends = first[0][1]
    return from_epoch_ms(int(ends))


async def test_a_turn_whose_answer_is_lost_holds_nothing_up(valkey: ValkeyServer, redis: Redis) -> None:
    proxy = Proxy(valkey.socket)
    await proxy.start()
    async with (
        aclosing(connect(f"redis://127.0.0.1:{proxy.port}", retries=0)) as through,
        a_receiver() as receiver,
        deliveries(through, lease=60) as sending,
    ):
        endpoint = await sending.add(receiver.url)
        intake = Intake(
            redis, Registry(redis, A_BOX), DeliveryQueue(redis), SystemClock(), wake=sending.worker.wake
        )
        events = [an_event() for _ in range(30)]

        def lose(_: int) -> bool:
            proxy.trap = None
            proxy.cut(reset=True)
            return False

        # Events are named in what a turn brings first.
        proxy.trap = Trap(b"evt_", to_server=False, spring=lose)
        await intake.take(0, events)
        await receiver.wait_for(len(events), seconds=15)
        assert proxy.trap is None
        async with asyncio.timeout(15):
            while await redis.zcard(keys.endpoint_leased(endpoint.id)):  # noqa: ASYNC110 - Valkey's
                await asyncio.sleep(0.01)
    await proxy.stop()
    assert len(receiver.received) == len(events)
