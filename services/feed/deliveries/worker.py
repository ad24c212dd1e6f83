"""Empties the queues: leases what is due, with a window of attempts per endpoint, and never waits for one.

Three things bring work: `wake` (events taken in this process), the marks in Redis (everything else), and a
sweep over all endpoints, which finds what was recorded but never marked and what a dead worker held.
"""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial

from services.feed.deliveries.attempting import Attempting
from services.feed.deliveries.endpoint import EndpointStatus
from services.feed.deliveries.lease import Ask, Lease, Taken
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.deliveries.recorder import Recorder
from services.feed.deliveries.registry import EndpointView, Registry
from services.feed.deliveries.slots import Slots
from services.feed.outage import FAILURES, through_outages
from shared.clock import Clock
from shared.logs import get_logger
from shared.outage import is_outage

log = get_logger(__name__)


class DeliveryWorker:
    """Sends what is due until it is cancelled. Times are in seconds.

    `poll` is how long it may take to notice work that another process brought; `grace` is how long attempts
    under way may still run when it is cancelled, before they are given back.
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
    ) -> None:
        self._registry = registry
        self._queue = queue
        self._recorder = recorder
        self._attempting = attempting
        self._clock = clock
        self._slots = slots or Slots()
        self._poll = poll
        self._sweep = sweep
        self._grace = grace
        self._hungry: set[str] = set()
        self._unbegun: Sequence[Lease] = ()
        self._under_way: dict[asyncio.Task[None], Lease] = {}
        self._failure: BaseException | None = None
        self._woken = asyncio.Event()
        self._marks_at = 0.0

    def wake(self, endpoint_ids: Collection[str] = ()) -> None:
        """Look at once for work of these endpoints, or of any that is marked when none is named."""
        self._hungry.update(endpoint_ids)
        if not endpoint_ids:
            self._marks_at = 0.0
        self._woken.set()

    async def run(self) -> None:
        """Send until cancelled. An outage of Redis is waited for; an error that is no outage is raised."""
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self._keep_looking())
                loops.create_task(self._keep_sweeping())
        finally:
            await self._wind_up()

    async def _keep_looking(self) -> None:
        while True:
            self._woken.clear()
            if self._failure is not None:
                raise self._failure
            await through_outages(self._look, "looking for work")
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._marks_at):
                    await self._woken.wait()

    async def _keep_sweeping(self) -> None:
        while True:
            await through_outages(self._sweep_once, "sweeping")
            await asyncio.sleep(self._sweep)

    async def _sweep_once(self) -> None:
        endpoints = (await self._registry.reread()).endpoints
        await self._queue.mark_all(
            [e.id for e in endpoints.values() if e.status is EndpointStatus.ACTIVE and e.readable]
        )
        self.wake()

    async def _look(self) -> None:
        if asyncio.get_running_loop().time() >= self._marks_at:
            await self._take_marks()
        if not self._hungry:
            return
        endpoints = (await self._registry.known()).endpoints
        asks = self._asks(endpoints)
        if not asks:
            return
        taken = await self._take(asks)
        if taken.leases:
            self._unbegun = taken.leases
            reading = partial(self._queue.bodies, taken.leases, endpoints)
            self._start(taken.leases, await through_outages(reading, "reading bodies"), endpoints)
            self._unbegun = ()
        await self._queue.mark(taken.marks)

    async def _take(self, asks: Sequence[Ask]) -> Taken:
        """Lease for these; who becomes hungry meanwhile is asked about in the next look."""
        asked = [ask.endpoint_id for ask in asks]
        self._hungry.difference_update(asked)
        try:
            return await self._queue.lease(asks, self._clock.now())
        except FAILURES:
            self._hungry.update(asked)
            raise

    async def _take_marks(self) -> None:
        self._hungry.update(await self._queue.take_marks(self._clock.now()))
        self._marks_at = asyncio.get_running_loop().time() + self._poll

    def _asks(self, endpoints: EndpointView) -> list[Ask]:
        """Return what can be taken in hand; who has no room now is asked again when an attempt ends."""
        asks: list[Ask] = []
        promised = 0
        for endpoint_id in sorted(self._hungry, key=self._slots.held_by):
            endpoint = endpoints.get(endpoint_id)
            if endpoint is None or endpoint.status is not EndpointStatus.ACTIVE or not endpoint.readable:
                self._hungry.discard(endpoint_id)
                continue
            room = self._slots.room_for(endpoint_id, endpoint.concurrency, promised)
            if room:
                asks.append(Ask(endpoint_id, room, endpoint.concurrency, endpoint.rate_limit))
                promised += room
        return asks

    def _start(
        self, leases: Sequence[Lease], bodies: Sequence[bytes | None], endpoints: EndpointView
    ) -> None:
        for lease, body in zip(leases, bodies, strict=True):
            self._slots.take(lease.endpoint_id)
            task = asyncio.create_task(self._attempting.attempt(lease, endpoints[lease.endpoint_id], body))
            self._under_way[task] = lease
            task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        lease = self._under_way.pop(task)
        self._slots.give_back(lease.endpoint_id)
        self._hungry.add(lease.endpoint_id)
        if not task.cancelled():
            self._failure = self._failure or task.exception()
        self._woken.set()

    async def _wind_up(self) -> None:
        """Let attempts end for a while, then give the rest back, and what was not begun."""
        held = [*self._unbegun]
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=self._grace)
            held += [self._under_way[task] for task in late]
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if held:
            await self._give_back(held)
        await self._recorder.close()

    async def _give_back(self, leases: Sequence[Lease]) -> None:
        """Spare the others the wait for the leases' end; without Redis they have to wait for it."""
        try:
            await self._queue.release(leases, self._clock.now())
        except FAILURES as error:
            if not is_outage(error):
                raise
            log.warning("delivery.left_to_its_lease", deliveries=len(leases), error=str(error))
