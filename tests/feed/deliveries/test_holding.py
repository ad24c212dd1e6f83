"""Leases in Redis: renewed, taken over, and given back when nobody heard of them."""

from datetime import datetime, timedelta

import pytest
from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError

from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.lease import Ask, Hand, Lease
from services.feed.deliveries.queue import DeliveryQueue
from shared import keys
from shared.timestamps import epoch_ms
from tests.builders import NOON
from tests.feed.deliveries.delivery_builders import an_endpoint
from tests.feed.deliveries.queue_steps import A_HAND, ended, enqueue, finished, leased

SECOND = timedelta(seconds=1)
DELIVERED = DeliveryStatus.DELIVERED
ENDPOINT = an_endpoint().id


@pytest.fixture
def queue(redis: Redis) -> DeliveryQueue:
    return DeliveryQueue(redis, lease=10 * SECOND)


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


async def held(queue: DeliveryQueue, leases: list[Lease], now: datetime) -> set[str]:
    """Renew these leases, and return of which endpoints anything was given back."""
    hand = Hand(A_HAND.name, A_HAND.turn, {ENDPOINT: leases})
    return (await queue.turn((), (), now, hand=hand)).given_back
