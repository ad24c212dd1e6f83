"""How long it takes until work goes on: after a worker's death, after Valkey's return, after a backlog."""

import asyncio
import math
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from shared.redis_waits import wait_until_redis_answers
from tests.faults.installation import Installation
from tests.faults.ledger import Ledger
from tests.faults.operator import Operator, work_left
from tests.faults.partners import Partner
from tests.faults.publishers import Load, Publisher
from tests.faults.report import Finding
from tests.faults.strain import strain
from tests.faults.waits import until

WORKER_SECONDS, VALKEY_SECONDS, DRAIN_SECONDS = 20.0, 6.0, 10.0
"""What is promised."""

_WORKERS = ("worker", "worker-2")
_LONGEST = 120.0
_BATCH = 500
_IN_HAND = 200
_UNDER_WAY_SECONDS = 2.0


@dataclass
class Recovery:
    """Measures in seconds; the steady partner's webhooks show what is done.

    Each time is measured from rest: what the harm before left to do says nothing about the next one.
    """

    faults: ClassVar[int] = 3
    """How many times it kills something."""

    installation: Installation
    ledger: Ledger
    steady: Partner
    publisher: Publisher
    operator: Operator
    load: Load

    async def findings(self, articles: int) -> AsyncIterator[Finding]:
        """Measure all three under load; `articles` is how large the backlog is."""
        yield await self._within(
            "a killed worker's events are handled", WORKER_SECONDS, self.of_killed_workers
        )
        yield await self._within("after Valkey's return work flows", VALKEY_SECONDS, self.of_valkey)
        yield await self._within(
            f"a backlog of {articles:,} is drained after the last fault",
            DRAIN_SECONDS,
            lambda: self.of_a_backlog(articles),
        )

    async def _within(
        self, promise: str, promised: float, measure: Callable[[], Awaitable[float]]
    ) -> Finding:
        """Hold a time against its promise, which is about a machine that does nothing else."""
        left = await self._rest()
        going = await self._under_load_again()
        async with strain() as found:
            seconds = await measure()
        took = f"{seconds:.1f} s" if seconds < math.inf else f"not within {_LONGEST:.0f} s"
        return Finding(
            f"{promise} within {promised:.0f} s",
            going and seconds <= promised * found.factor,
            f"{took} on a machine {found.factor:.1f} times slower than at its best"
            + (f"; not from rest, with {left:,.0f} deliveries left" if left else "")
            + ("" if going else f"; without load, which did not flow within {_LONGEST:.0f} s"),
        )

    async def _rest(self) -> float:
        """Let everything be worked off; return how many deliveries are left if it does not come to that."""
        self.load.pause()
        _, _, backlog = await self.operator.worked_off(_LONGEST)
        return work_left(backlog)

    async def _under_load_again(self) -> bool:
        """Let the load go on; return, as soon as it flows from end to end, whether it does."""
        before = len(self.ledger.accepted_at)
        calls = self.load.per_second * _UNDER_WAY_SECONDS
        self.load.resume()

        async def flows() -> bool:
            self.load.check()
            return len(self.ledger.accepted_at) >= before + calls and self._any_arrived(before)

        return await self._until(flows, since=time.monotonic()) < math.inf

    async def of_killed_workers(self) -> float:
        """Kill all workers with work in hand; return how soon everything accepted before has arrived."""
        await self._publish(_IN_HAND)
        await self._signal(signal.SIGKILL, *_WORKERS)
        killed = time.monotonic()
        missing = self.ledger.accepted_at.keys() - self.steady.first_arrivals.keys()

        async def arrived() -> bool:
            return missing <= self.steady.first_arrivals.keys()

        return await self._until(arrived, since=killed)

    async def of_valkey(self) -> float:
        """Kill Valkey under load; return how long after its return an article that is new arrives."""
        await self._signal(signal.SIGKILL, "valkey")
        await wait_until_redis_answers(self.installation.redis_url)
        back, before = time.monotonic(), len(self.ledger.accepted_at)

        async def flows() -> bool:
            return self._any_arrived(before)

        return await self._until(flows, since=back)

    async def of_a_backlog(self, articles: int) -> float:
        """Let articles wait while the workers stand still; return how soon all of them are worked off."""
        await self._signal(signal.SIGSTOP, *_WORKERS)
        try:
            await self._publish(articles)
        finally:
            await self._signal(signal.SIGCONT, *_WORKERS)
            freed = time.monotonic()

        async def drained() -> bool:
            asked = time.monotonic()
            backlog = await self.operator.backlog()
            # The load goes on: whatever waits now must be younger than this moment was then.
            ages = [row["oldest_age_seconds"] for row in backlog["streams"]]
            return all(age is not None and age < asked - freed for age in ages)

        return await self._until(drained, since=freed)

    def _any_arrived(self, before: int) -> bool:
        """Tell whether a change has arrived that was accepted after so many others."""
        # Very many were accepted before, and to look at all of them would keep the partners from answering.
        new = islice(self.ledger.accepted_at, before, None)
        return any(change in self.steady.first_arrivals for change in new)

    async def _publish(self, articles: int) -> None:
        for start in range(0, articles, _BATCH):
            count = min(_BATCH, articles - start)
            await self.publisher.publish_many([self.publisher.new_piece() for _ in range(count)])

    async def _until(self, condition: Callable[[], Awaitable[bool]], *, since: float) -> float:
        """Return how many seconds after `since` the condition is met; infinity when it never is."""
        while not await condition():
            if time.monotonic() > since + _LONGEST:
                return math.inf
            await asyncio.sleep(0.05)
        return time.monotonic() - since

    async def _signal(self, number: int, *names: str) -> None:
        await until(lambda: set(names) <= self.installation.pids().keys(), f"{names} run")
        running = self.installation.pids()
        for name in names:
            os.kill(running[name], number)
