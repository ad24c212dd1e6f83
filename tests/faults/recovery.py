"""How long it takes until work goes on: after a worker's death, after Valkey's return, after a backlog."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from services.cli.running.readiness import wait_until_redis_answers
from tests.faults.installation import Installation
from tests.faults.ledger import Ledger
from tests.faults.operator import Operator
from tests.faults.partners import Partner
from tests.faults.publishers import Publisher
from tests.faults.report import Finding
from tests.faults.usage import strain
from tests.faults.waits import until

WORKER_SECONDS, VALKEY_SECONDS, DRAIN_SECONDS = 20.0, 6.0, 10.0
"""What is promised."""

_WORKERS = ("worker", "worker-2")
_LONGEST = 60.0
_BATCH = 500
_IN_HAND = 200


@dataclass
class Recovery:
    """Measures in seconds; the steady partner's webhooks show what is done."""

    faults: ClassVar[int] = 3
    """How many times it kills something."""

    installation: Installation
    ledger: Ledger
    steady: Partner
    publisher: Publisher
    operator: Operator

    async def findings(self, articles: int) -> list[Finding]:
        """Measure all three; the load goes on meanwhile, and `articles` is how large the backlog is."""
        return [
            await self._within(
                "a killed worker's events are handled", WORKER_SECONDS, self.of_killed_workers()
            ),
            await self._within("after Valkey's return work flows", VALKEY_SECONDS, self.of_valkey()),
            await self._within(
                f"a backlog of {articles:,} is drained after the last fault",
                DRAIN_SECONDS,
                self.of_a_backlog(articles),
            ),
        ]

    @staticmethod
    async def _within(promise: str, promised: float, measuring: Awaitable[float]) -> Finding:
        """Hold a time against its promise, which is about a machine that does nothing else."""
        async with strain() as found:
            seconds = await measuring
        return Finding(
            f"{promise} within {promised:.0f} s",
            seconds <= promised * found.factor,
            f"{seconds:.1f} s on a machine {found.factor:.1f} times slower than alone",
        )

    async def of_killed_workers(self) -> float:
        """Kill all workers with work in hand; return how soon everything accepted before has arrived."""
        await self._publish(_IN_HAND)
        await self._signal(signal.SIGKILL, *_WORKERS)
        missing, killed = set(self.ledger.accepted_at) - self.steady.first_arrivals.keys(), time.monotonic()
        return await self._until(lambda: missing <= self.steady.first_arrivals.keys(), since=killed)

    async def of_valkey(self) -> float:
        """Kill Valkey under load; return how long after its return an article that is new arrives."""
        await self._signal(signal.SIGKILL, "valkey")
        await wait_until_redis_answers(self.installation.redis_url)
        back = time.monotonic()

        # Very many were accepted before, and to look at all of them would keep the partners from answering.
        before = len(self.ledger.accepted_at)

        def flows() -> bool:
            new = islice(self.ledger.accepted_at, before, None)
            return any(change in self.steady.first_arrivals for change in new)

        return await self._until(flows, since=back)

    async def of_a_backlog(self, articles: int) -> float:
        """Let articles wait while the workers stand still; return how soon all of them are worked off."""
        await self._signal(signal.SIGSTOP, *_WORKERS)
        try:
            await self._publish(articles)
        finally:
            await self._signal(signal.SIGCONT, *_WORKERS)
            freed = time.monotonic()
        while time.monotonic() < freed + _LONGEST:
            asked = time.monotonic()
            backlog = await self.operator.backlog()
            # The load goes on: whatever waits now must be younger than this moment was then.
            ages = [row["oldest_age_seconds"] for row in backlog["streams"]]
            if all(age is not None and age < asked - freed for age in ages):
                break
            await asyncio.sleep(0.1)
        return time.monotonic() - freed

    async def _publish(self, articles: int) -> None:
        for start in range(0, articles, _BATCH):
            count = min(_BATCH, articles - start)
            await self.publisher.publish_many([self.publisher.new_piece() for _ in range(count)])

    async def _until(self, condition: Callable[[], bool], *, since: float) -> float:
        while not condition() and time.monotonic() < since + _LONGEST:  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.05)
        return time.monotonic() - since

    async def _signal(self, number: int, *names: str) -> None:
        await until(lambda: set(names) <= self.installation.pids().keys(), f"{names} run")
        running = self.installation.pids()
        for name in names:
            os.kill(running[name], number)
