"""The queue of each endpoint in Redis: put in, lease, finish, give back, put in again.

What is due stands in a sorted set of the endpoint's own. `keys.queues()` merely points to endpoints that have
work, so that nobody has to look at all of them; it may be lost or late at any time, and `mark_all` mends it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from redis.asyncio import Redis

from services.feed.deliveries.bodies import BodyPlace, RecentBodies
from services.feed.deliveries.delivery import NewDelivery
from services.feed.deliveries.lease import Ask, Finish, Hand, Lease, by_endpoint
from services.feed.deliveries.outcome import Trigger
from services.feed.deliveries.queue_calls import (
    STATUSES,
    enqueue_call,
    finish_call,
    hold_call,
    lease_call,
    release_call,
)
from services.feed.deliveries.queue_scripts import REQUEUE
from services.feed.deliveries.registry import EndpointView
from services.feed.deliveries.turn import Turn
from shared import keys
from shared.exchange import Command
from shared.scripting import Call, run_calls
from shared.timestamps import epoch_ms

LEASE = timedelta(seconds=10)
"""How long what a killed worker had in hand stays there, and takes its endpoints' places. An attempt may take
longer: who lives renews."""

_WRITE_OF_NOTHING: Final = ("ZADD", keys.queues(), "XX", 0, "")
"""Refused whenever writes are: who holds nothing would else not see that nobody can renew."""


class DeliveryQueue:
    """All endpoints' queues; `lease` is how long a delivery stays in a hand that says no more.

    Who takes turns gives a client that repeats no command by itself: the first answer to one that is repeated
    is lost, and with it what it took in hand.
    """

    def __init__(self, redis: "Redis", *, lease: timedelta = LEASE) -> None:
        self._redis = redis
        self.lease = lease
        self._bodies = RecentBodies()

    async def enqueue_all(self, work: Mapping[str, Sequence[NewDelivery]], now: datetime) -> list[int]:
        """Queue the deliveries of several endpoints, point to them, and return how many are new of each."""
        calls = [enqueue_call(endpoint_id, deliveries, now) for endpoint_id, deliveries in work.items()]
        new, _ = await run_calls(self._redis, calls)
        # After the enqueuing: whoever takes a mark away looks into the queue after that.
        await self.mark(dict.fromkeys(work, epoch_ms(now)))
        return new

    async def mark(self, due_at: Mapping[str, int]) -> None:
        """Point to endpoints that have work, each with the time (ms) at which the first is due."""
        if due_at:
            await run_calls(self._redis, [], [_mark_command(due_at)])

    async def mark_all(self, endpoint_ids: Sequence[str]) -> None:
        """Point to every one of these endpoints that has anything waiting or in hand."""
        pipe = self._redis.pipeline(transaction=False)
        for endpoint_id in endpoint_ids:
            pipe.zrange(keys.endpoint_due(endpoint_id), 0, 0, withscores=True)
            pipe.zrange(keys.endpoint_leased(endpoint_id), 0, 0, withscores=True)
        firsts = await pipe.execute()
        due_at: dict[str, int] = {}
        for i, endpoint_id in enumerate(endpoint_ids):
            scores = [int(score) for first in firsts[2 * i : 2 * i + 2] for _, score in first]
            if scores:
                due_at[endpoint_id] = min(scores)
        await self.mark(due_at)

    async def take_marks(self, now: datetime) -> list[str]:
        """Return the endpoints that have work now, and take their marks away; each turn makes new ones."""
        marked: list[Any] = await self._redis.zrangebyscore(keys.queues(), "-inf", epoch_ms(now))
        if marked:
            await self._redis.zrem(keys.queues(), *marked)
        return [endpoint_id.decode() for endpoint_id in marked]

    async def bodies(self, leases: Sequence[Lease], endpoints: EndpointView) -> list[bytes | None]:
        """Return the webhook body of each lease's event, of the sort that its endpoint wants."""
        return await self._bodies.read(
            self._redis,
            [BodyPlace(one.partition, one.event_id, endpoints[one.endpoint_id].payload) for one in leases],
        )

    async def turn(
        self,
        finishes: Sequence[Finish],
        asks: Sequence[Ask],
        now: datetime,
        marks: Mapping[str, int] | None = None,
        *,
        hand: Hand,
    ) -> Turn:
        """Record ends, renew leases and take in hand what is due and asked for, in one round trip.

        An end comes before what its room is then given to. `marks` are those of the turn before: they are for
        others, and nobody waits for them.
        """
        ends: dict[str, list[int]] = {}
        for at, finish in enumerate(finishes):
            ends.setdefault(finish.lease.endpoint_id, []).append(at)
        calls = [finish_call(one, [finishes[at] for at in each]) for one, each in ends.items()]
        held = hand.held or {}
        calls += [hold_call(one, leases, hand, now, self.lease) for one, leases in held.items()]
        calls += [lease_call(ask, hand, now, self.lease) for ask in asks]
        marking = [_mark_command(marks)] if marks else []
        if hand.held is not None:
            marking.append(_WRITE_OF_NOTHING)
        replies, (*_, version) = await run_calls(
            self._redis, calls, [*marking, ("GET", keys.endpoints_version())]
        )
        turn = Turn(version, [None] * len(finishes))
        told = iter(replies)
        for (endpoint_id, each), reply in zip(ends.items(), told, strict=False):
            turn.add_ends(endpoint_id, each, reply)
        for endpoint_id, reply in zip(held, told, strict=False):
            turn.add_given_back(endpoint_id, reply, now)
        for ask, reply in zip(asks, told, strict=True):
            turn.add_leases(ask.endpoint_id, reply, now)
        return turn

    async def begin_anew(self, endpoint_id: str) -> None:
        """Probe an endpoint at once, and count the days of its failures from now on: it was changed."""
        await self._redis.hdel(keys.endpoint_statistics(endpoint_id), "probe_at", "failing_since")

    async def release(self, leases: Sequence[Lease], now: datetime) -> None:
        """Give deliveries back that were not tried to the end; they are due at once."""
        held = by_endpoint(leases)
        await run_calls(self._redis, [release_call(endpoint_id, each) for endpoint_id, each in held.items()])
        await self.mark(dict.fromkeys(held, epoch_ms(now)))

    async def requeue(
        self, endpoint_id: str, delivery_ids: Sequence[str], now: datetime, *, trigger: Trigger, again: bool
    ) -> list[bool | None]:
        """Queue deliveries once more, under the same webhook-ids, their schedules begun anew.

        Of one that is about to be sent anyway, `again` asks for one more sending after that. Returns for each
        whether another sending was asked for, None when the delivery is not known.
        """
        call = Call(
            REQUEUE,
            (
                keys.endpoint_due(endpoint_id),
                keys.endpoint_leased(endpoint_id),
                *(keys.endpoint_status(endpoint_id, status) for status in STATUSES),
            ),
            (keys.delivery(endpoint_id, ""), epoch_ms(now), trigger, int(again), *delivery_ids),
        )
        (replies,), _ = await run_calls(self._redis, [call])
        await self.mark({endpoint_id: epoch_ms(now)})
        return [None if reply < 0 else bool(reply) for reply in replies]

    async def _oldest(self, index: str) -> list[str]:
        members: list[Any] = await self._redis.zrange(index, 0, 999)
        return [member.decode() for member in members]

    async def purge(self, endpoint_id: str) -> None:
        """Remove an endpoint's queue and everything that was recorded of its deliveries."""
        # The queue goes first, so that nothing is leased any more whose delivery is being removed.
        await self._redis.unlink(keys.endpoint_due(endpoint_id), keys.endpoint_leased(endpoint_id))
        await self._redis.zrem(keys.queues(), endpoint_id)
        index = keys.endpoint_deliveries(endpoint_id)
        while ids := await self._oldest(index):
            pipe = self._redis.pipeline(transaction=False)
            pipe.unlink(*(keys.delivery(endpoint_id, one) for one in ids))
            pipe.unlink(*(keys.attempts(endpoint_id, one) for one in ids))
            pipe.zrem(index, *ids)
            await pipe.execute()
        await self._redis.unlink(
            keys.endpoint_statistics(endpoint_id),
            keys.endpoint_latencies(endpoint_id),
            *(keys.endpoint_status(endpoint_id, status) for status in STATUSES),
        )


def _mark_command(due_at: Mapping[str, int]) -> Command:
    return ("ZADD", keys.queues(), "LT", *(part for one, at in due_at.items() for part in (at, one)))
