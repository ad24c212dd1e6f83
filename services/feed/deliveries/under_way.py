"""The attempts of a worker that are lined up or under way, and how they are brought to their end."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from services.feed.deliveries.attempting import Attempting
from services.feed.deliveries.endpoint import Endpoint
from services.feed.deliveries.lease import Lease
from services.feed.deliveries.registry import EndpointView
from services.feed.deliveries.slots import Slots

_BEGUN_AT_ONCE = 8
"""Attempts that begin in one round of the event loop."""


class UnderWay:
    """Begins attempts, some at a time; `woken` is set when one of them fails, and `failure` tells why."""

    def __init__(self, attempting: Attempting, slots: Slots, woken: asyncio.Event) -> None:
        self._attempting = attempting
        self._slots = slots
        self._woken = woken
        self._lined_up: deque[tuple[Lease, Endpoint, bytes | None]] = deque()
        self._something_lined_up = asyncio.Event()
        self._attempts: dict[asyncio.Task[None], Lease] = {}
        self.failure: BaseException | None = None

    @property
    def in_hand(self) -> list[Lease]:
        """The leases of all that is lined up or under way, or waits for its end to be written down."""
        return [*(lease for lease, _, _ in self._lined_up), *self._attempts.values()]

    def line_up(
        self, leases: Sequence[Lease], endpoints: EndpointView, bodies: Sequence[bytes | None]
    ) -> None:
        """Hold the places for attempts that begin as soon as it is their turn."""
        for lease, body in zip(leases, bodies, strict=True):
            self._slots.take(lease.endpoint_id)
            self._lined_up.append((lease, endpoints[lease.endpoint_id], body))
        self._something_lined_up.set()

    async def keep_starting(self) -> None:
        """Begin what is lined up, some attempts in each round of the event loop.

        Begun all at once, they end all at once, and then wait for one turn with nothing under way.
        """
        while True:
            self._something_lined_up.clear()
            while self._lined_up:
                for _ in range(min(_BEGUN_AT_ONCE, len(self._lined_up))):
                    self._start(*self._lined_up.popleft())
                await asyncio.sleep(0)
            await self._something_lined_up.wait()

    def _start(self, lease: Lease, endpoint: Endpoint, body: bytes | None) -> None:
        task = asyncio.create_task(self._attempting.attempt(lease, endpoint, body))
        self._attempts[task] = lease
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        del self._attempts[task]
        if not task.cancelled() and task.exception() is not None:
            self.failure = self.failure or task.exception()
            self._woken.set()

    async def end_within(
        self, seconds: float, keep_writing: Callable[[], Coroutine[Any, Any, None]]
    ) -> list[Lease]:
        """Let attempts end while their ends are written down, cancel the others, and return what was in hand.

        When the writing ends by itself, which is a failure, nothing more is waited for.
        """
        held = [lease for lease, _, _ in self._lined_up]
        if not self._attempts:
            return held
        writing = asyncio.create_task(keep_writing())
        ending = asyncio.gather(*self._attempts, return_exceptions=True)
        either: list[asyncio.Future[Any]] = [ending, writing]
        await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        held += self._attempts.values()
        for task in (*self._attempts, writing):
            task.cancel()
        await asyncio.wait(either)
        if not writing.cancelled():
            self.failure = self.failure or writing.exception()
        return held
