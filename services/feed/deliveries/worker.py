"""Empties the queues: leases what is due, with a window of attempts per endpoint, and never waits for one.

It takes turns with Redis: each writes down what ended and leases what then has room, in one round trip, and
now and then one renews what is in hand. Three
things bring work: `wake` (events taken in this process), the marks in Redis (everything else), and a sweep
over all endpoints, which finds what was recorded but never marked and what a dead worker held.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from services.feed.deliveries.asking import Asking
from services.feed.deliveries.attempting import Attempting
from services.feed.deliveries.lease import Ask, Hand, Lease
from services.feed.deliveries.outcome import ErrorClass
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.recorder import Ended, Recorder
from services.feed.deliveries.registry import EndpointView, Registry
from services.feed.deliveries.renewing import Renewing
from services.feed.deliveries.slots import Slots
from services.feed.deliveries.turn import Turn
from services.feed.deliveries.under_way import UnderWay
from services.feed.inflow import Inflow
from services.feed.outage import leaving_undone, through_outages
from shared.clock import Clock
from shared.logs import get_logger

log = get_logger(__name__)

_TURN_SECONDS = 2.0
"""How long who is cancelled waits for a turn that is on its way: milliseconds, unless Redis is away."""


class DeliveryWorker:
    """Sends what is due until it is cancelled. Times are in seconds.

    `poll` is how long it may take to notice work that another process brought; `grace` is how long attempts
    under way may still run when it is cancelled, before they are given back. While the `inflow` is high, work
    goes slower: an event that waits to be taken in comes before the attempts of those that were.
    """

    def __init__(
        self,
        registry: Registry,
        queue: DeliveryQueue,
        recorder: Recorder,
        attempting: Attempting,
        clock: Clock,
        *,
        slots: Slots | None = None,
        poll: float = 0.1,
        sweep: float = 5.0,
        grace: float = 5.0,
        inflow: Inflow | None = None,
    ) -> None:
        self._registry = registry
        self._queue = queue
        self._recorder = recorder
        self._clock = clock
        self._slots = slots or Slots()
        self._poll = poll
        self._sweep = sweep
        self._grace = grace
        self._inflow = inflow or Inflow()
        self._endpoints: EndpointView = {}
        self._asking = Asking(self._slots)
        self._renewing = Renewing(clock, queue.lease)
        self._marks: Mapping[str, int] = {}
        self._marks_at = 0.0
        self._version: Any = None
        self._unbegun: Sequence[Lease] = ()
        self._woken = recorder.woken
        self._under_way = UnderWay(attempting, self._slots, self._woken)

    def wake(self, endpoint_ids: Collection[str] = ()) -> None:
        """Look at once for work of these endpoints, or of any that is marked when none is named."""
        self._asking.add(endpoint_ids)
        if not endpoint_ids:
            self._marks_at = 0.0
        self._woken.set()

    async def run(self) -> None:
        """Send until cancelled. An outage of Redis is waited for; an error that is no outage is raised."""
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self._keep_taking_turns())
                loops.create_task(self._under_way.keep_starting())
                loops.create_task(self._keep_sweeping())
        finally:
            await self._wind_up()

    async def _keep_taking_turns(self) -> None:
        while True:
            self._woken.clear()
            if self._under_way.failure is not None:
                raise self._under_way.failure
            await through_outages(self._take_turn, "sending")
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._marks_at):
                    await self._woken.wait()

    async def _keep_sweeping(self) -> None:
        while True:
            await through_outages(self._sweep_once, "sweeping")
            await asyncio.sleep(self._sweep)

    async def _sweep_once(self) -> None:
        endpoints = (await self._registry.reread()).endpoints
        await self._queue.mark_all([e.id for e in endpoints.values() if e.sendable])
        self.wake()

    async def _take_turn(self) -> None:
        now = asyncio.get_running_loop().time()
        looks = now >= self._marks_at
        if self._inflow.is_high and not looks:
            # What waits to be taken in comes first: until then a turn with every look is enough.
            return
        if looks:
            # First: who wakes us meanwhile wants another look.
            self._marks_at = now + self._poll
            self._asking.add(await self._queue.take_marks(self._clock.now()))
            self._endpoints = (await self._registry.known()).endpoints
        if self._unbegun:
            # Redis went away after the turn in which these were leased.
            await self._begin()
        ended = self._take_ended()
        asks = self._asking.next_asks(self._endpoints, gives_way=self._inflow.is_high)
        # Marks alone can wait for the next look: ends that come while a turn is under way wait longer.
        if ended or asks or self._renewing.is_due or (looks and self._marks):
            await self._turn(ended, asks)
            await self._begin()

    def _take_ended(self) -> list[Ended]:
        """Return the ends to be written down; their room is free again."""
        ended = self._recorder.take()
        for one in ended:
            endpoint_id = one.finish.lease.endpoint_id
            self._slots.give_back(endpoint_id, late=one.finish.attempt.error is ErrorClass.TIMEOUT)
            self._asking.add([endpoint_id])
        return ended

    async def _turn(self, ended: Sequence[Ended], asks: Sequence[Ask]) -> None:
        """Take a turn with Redis; when it fails, everything is as before it."""
        hand = self._renewing.next_hand([*self._unbegun, *self._under_way.in_hand])
        finishes = [one.finish for one in ended]
        turning = asyncio.create_task(
            self._queue.turn(finishes, asks, self._clock.now(), self._marks, hand=hand)
        )
        try:
            await asyncio.wait([turning])
        finally:
            # One that is on its way is waited for by who is cancelled too: else nobody knew what was written.
            if not turning.done():
                await asyncio.wait([turning], timeout=_TURN_SECONDS)
                turning.cancel()
            self._take_in(turning, ended, asks, hand)
        turning.result()

    def _take_in(
        self, turning: "asyncio.Task[Turn]", ended: Sequence[Ended], asks: Sequence[Ask], hand: Hand
    ) -> None:
        if not turning.done() or turning.cancelled() or turning.exception() is not None:
            asked = [ask.endpoint_id for ask in asks]
            self._asking.add(asked)
            self._renewing.failed(asked)
            self._recorder.put_back(ended)
            for one in ended:
                self._slots.take(one.finish.lease.endpoint_id)
            return
        turn = turning.result()
        self._marks, self._version, self._unbegun = turn.marks, turn.version, turn.leases
        self._renewing.succeeded(hand)
        self._asking.add(turn.given_back)
        self._recorder.settle(ended, turn.recorded)

    async def _begin(self) -> None:
        """Begin the attempts that were leased for; what may not be sent any more is given back.

        So is all of it when an outage came between: others may take it in hand before its first renewal.
        """
        self._endpoints = (await self._registry.as_of(self._version)).endpoints
        sendable: list[Lease] = []
        refused: list[Lease] = []
        for lease in self._unbegun:
            endpoint = self._endpoints.get(lease.endpoint_id)
            (sendable if endpoint and endpoint.sendable else refused).append(lease)
        bodies: Sequence[bytes | None] = ()
        if sendable:
            reading = partial(self._queue.bodies, sendable, self._endpoints)
            bodies = await through_outages(reading, "reading bodies")
        if not self._renewing.may_begin:
            sendable, refused, bodies = [], [*self._unbegun], ()
        if refused:
            await self._queue.release(refused, self._clock.now())
        self._under_way.line_up(sendable, self._endpoints, bodies)
        self._unbegun = ()

    async def _wind_up(self) -> None:
        """Let attempts end for a while, then give the rest back, and what was not begun.

        Raises what meanwhile made it impossible to write ends down, or an attempt fail.
        """
        before = self._under_way.failure
        held = [*self._unbegun, *await self._under_way.end_within(self._grace, self._keep_writing)]
        if held:
            await self._give_back(held)
        failure = self._under_way.failure
        if failure is not None and failure is not before:
            raise failure

    async def _keep_writing(self) -> None:
        """Write down what still ends and renew what is left, and lease nothing more."""
        while True:
            self._woken.clear()
            await through_outages(self._write, "recording attempts")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll):
                    await self._woken.wait()

    async def _write(self) -> None:
        ended = self._take_ended()
        if ended or self._renewing.is_due:
            await self._turn(ended, ())

    async def _give_back(self, leases: Sequence[Lease]) -> None:
        """Spare the others the wait for the leases' end; without Redis they have to wait for it."""
        with leaving_undone("delivery.left_to_its_lease", deliveries=len(leases)):
            await self._queue.release(leases, self._clock.now())
