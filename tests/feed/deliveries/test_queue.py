"""The queue's own promises: fencing, windows, and that twice means twice."""

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from services.feed.deliveries.delivery import DeliveryStatus
from services.feed.deliveries.endpoint import delivery_id
from services.feed.deliveries.endpoint_reading import percentile
from services.feed.deliveries.history import History
from services.feed.deliveries.lease import Ask
from services.feed.deliveries.outcome import Trigger
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.statistics import endpoint_numbers
from shared import keys
from tests.builders import NOON, an_event
from tests.feed.deliveries.delivery_builders import an_endpoint
from tests.feed.deliveries.queue_steps import ended, enqueue, finished, leased

ENDPOINT = an_endpoint()
ASK = [Ask(ENDPOINT.id, 100)]
SECOND = timedelta(seconds=1)


@pytest.fixture
def queue(redis: Redis) -> DeliveryQueue:
    return DeliveryQueue(redis, lease=30 * SECOND)


async def test_what_is_leased_is_nobody_elses_until_the_lease_ends(queue: DeliveryQueue) -> None:
    (only,) = await enqueue(queue, ENDPOINT.id)
    assert [lease.delivery_id for lease in await leased(queue, ASK, NOON)] == [only]
    assert await leased(queue, ASK, NOON + 29 * SECOND) == []
    assert [lease.delivery_id for lease in await leased(queue, ASK, NOON + 30 * SECOND)] == [only]


async def test_no_more_are_in_hand_than_the_window_whoever_asks(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT.id, 20)
    assert len(await leased(queue, [Ask(ENDPOINT.id, 5)], NOON)) == 5
    assert len(await leased(queue, ASK, NOON)) == 3
    assert len(await leased(queue, ASK, NOON)) == 0


async def test_a_late_end_of_an_expired_lease_changes_nothing(redis: Redis, queue: DeliveryQueue) -> None:
    (only,) = await enqueue(queue, ENDPOINT.id)
    (late,) = await leased(queue, ASK, NOON)
    (current,) = await leased(queue, ASK, NOON + 31 * SECOND)
    assert await finished(queue, [ended(late, DeliveryStatus.DEAD)]) == [None]
    await queue.release([late], NOON)
    found = await History(redis).delivery(only)
    assert found is not None
    assert (found[0].status, found[1]) == (DeliveryStatus.PENDING, ())
    assert await finished(queue, [ended(current, DeliveryStatus.DELIVERED)]) != [None]


async def test_an_end_that_is_told_twice_is_recorded_once(redis: Redis, queue: DeliveryQueue) -> None:
    (only,) = await enqueue(queue, ENDPOINT.id)
    (lease,) = await leased(queue, ASK, NOON)
    end = ended(lease, DeliveryStatus.RETRYING, next_at=NOON + 5 * SECOND)
    assert await finished(queue, [end]) != [None]
    assert await finished(queue, [end]) == [None]
    found = await History(redis).delivery(only)
    assert found is not None
    assert (found[0].attempts, len(found[1])) == (1, 1)


async def test_a_retry_comes_at_its_time_and_marks_the_endpoint(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT.id)
    await queue.take_marks(NOON)
    (lease,) = await leased(queue, ASK, NOON)
    await finished(queue, [ended(lease, DeliveryStatus.RETRYING, next_at=NOON + 5 * SECOND)])
    assert await leased(queue, ASK, NOON + 4 * SECOND) == []
    assert await queue.take_marks(NOON + 5 * SECOND) == [ENDPOINT.id]
    (again,) = await leased(queue, ASK, NOON + 5 * SECOND)
    assert (again.trigger, again.attempts, again.steps_taken) == (Trigger.RETRY, 1, 1)


async def test_a_released_delivery_is_due_at_once(queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT.id)
    (lease,) = await leased(queue, ASK, NOON)
    await queue.release([lease], NOON)
    (again,) = await leased(queue, ASK, NOON)
    assert again.attempts == 0


@pytest.mark.parametrize("status", [DeliveryStatus.DELIVERED, DeliveryStatus.DEAD])
async def test_a_manual_retry_that_is_asked_for_twice_is_two_sendings(
    queue: DeliveryQueue, status: DeliveryStatus
) -> None:
    (only,) = await enqueue(queue, ENDPOINT.id)
    (lease,) = await leased(queue, ASK, NOON)
    await finished(queue, [ended(lease, status)])
    for _ in range(2):
        asked = await queue.requeue(ENDPOINT.id, [only], NOON, trigger=Trigger.MANUAL, again=True)
        assert asked == [True]
    triggers = []
    while leases := await leased(queue, ASK, NOON):
        triggers.append(leases[0].trigger)
        await finished(queue, [ended(leases[0], DeliveryStatus.DELIVERED)])
    assert triggers == [Trigger.MANUAL, Trigger.MANUAL]


async def test_a_retry_of_one_in_hand_is_sent_after_it(queue: DeliveryQueue) -> None:
    (only,) = await enqueue(queue, ENDPOINT.id)
    (lease,) = await leased(queue, ASK, NOON)
    await queue.requeue(ENDPOINT.id, [only], NOON, trigger=Trigger.MANUAL, again=True)
    assert await leased(queue, ASK, NOON) == []
    await finished(queue, [ended(lease, DeliveryStatus.DELIVERED)])
    assert len(await leased(queue, ASK, NOON)) == 1


async def test_a_retry_brings_a_scheduled_one_forward_and_begins_anew(queue: DeliveryQueue) -> None:
    (only,) = await enqueue(queue, ENDPOINT.id)
    (lease,) = await leased(queue, ASK, NOON)
    await finished(queue, [ended(lease, DeliveryStatus.RETRYING, next_at=NOON + timedelta(hours=24))])
    await queue.requeue(ENDPOINT.id, [only], NOON, trigger=Trigger.MANUAL, again=True)
    (again,) = await leased(queue, ASK, NOON)
    assert (again.trigger, again.steps_taken, again.attempts) == (Trigger.MANUAL, 0, 1)


async def test_an_unknown_delivery_cannot_be_retried(queue: DeliveryQueue) -> None:
    unknown = delivery_id(ENDPOINT.id, an_event().id)
    assert await queue.requeue(ENDPOINT.id, [unknown], NOON, trigger=Trigger.MANUAL, again=True) == [None]


async def test_a_removed_endpoint_leaves_no_key(redis: Redis, queue: DeliveryQueue) -> None:
    await enqueue(queue, ENDPOINT.id, 1200)
    leases = await leased(queue, ASK, NOON)
    await finished(queue, [ended(leases[0], DeliveryStatus.DEAD)])
    await queue.purge(ENDPOINT.id)
    assert await finished(queue, [ended(leases[1], DeliveryStatus.DELIVERED)]) == [None]
    assert await redis.keys(f"*{ENDPOINT.id}*") == []


async def test_the_numbers_of_an_endpoint_add_up(redis: Redis, queue: DeliveryQueue) -> None:
    await redis.hset(keys.endpoints(), ENDPOINT.id, ENDPOINT.model_dump_json())
    (fresh,) = await endpoint_numbers(redis, [ENDPOINT.id, "ep_unknown"], NOON)
    assert (fresh.state, fresh.due, fresh.success_rate, fresh.p50_ms) == ("ok", 0, None, None)

    await enqueue(queue, ENDPOINT.id, 5)
    one, two, three, _in_hand = await leased(queue, [Ask(ENDPOINT.id, 4)], NOON)
    later = NOON + timedelta(minutes=5)
    await finished(queue, [ended(one, DeliveryStatus.DELIVERED), ended(two, DeliveryStatus.DEAD)])
    await finished(queue, [ended(three, DeliveryStatus.RETRYING, next_at=later)])
    (numbers,) = await endpoint_numbers(redis, [ENDPOINT.id], NOON + 10 * SECOND)
    assert (numbers.due, numbers.retrying, numbers.dead) == (2, 1, 1)
    assert (numbers.past_due, numbers.past_due_age_seconds) == (1, 10.0)
    assert (numbers.success_rate, numbers.p50_ms, numbers.p95_ms) == (1 / 3, 7, 7)
    assert (numbers.last_success_at, numbers.state) == (NOON, "failing")


@pytest.mark.parametrize(("percent", "found"), [(50, 2), (95, 4), (100, 4), (1, 1)])
def test_percentiles_are_values_that_occurred(percent: int, found: int) -> None:
    assert percentile([1, 2, 3, 4], percent) == found
