"""What the processes use, and how slow the machine is just now: figures mean little without that."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import fmean

from tests.faults.installation import Installation
from tests.faults.processes import Footprint, footprint
from tests.faults.report import Finding

_MOST_MEMORY, _MOST_SOCKETS, _MOST_THREADS = 600.0, 150, 48
"""Of one process of ours at rest: MiB, and numbers."""

_SAMPLE_SECONDS, _EVERY = 0.005, 0.25


def at_rest(installation: Installation) -> Finding:
    """Tell whether every process uses no more than it may when there is nothing to do."""
    used = {
        name: found
        for name, pid in installation.pids().items()
        if name != "valkey" and (found := footprint(pid)) is not None
    }
    return Finding(
        "at rest memory, sockets and threads are what they should be",
        bool(used) and all(_is_modest(one) for one in used.values()),
        ", ".join(f"{n} {u.memory:.0f} MiB {u.sockets}/{u.threads}" for n, u in used.items()),
    )


def _is_modest(used: Footprint) -> bool:
    return used.memory <= _MOST_MEMORY and used.sockets <= _MOST_SOCKETS and used.threads <= _MOST_THREADS


@dataclass
class Strain:
    """How many times slower this process runs than it would alone: its wall time over its CPU time."""

    samples: list[float] = field(default_factory=list)

    @property
    def factor(self) -> float:
        """The mean, at least 1."""
        return max(1.0, fmean(self.samples)) if self.samples else 1.0

    async def watch(self) -> None:
        """Take samples until cancelled."""
        while True:
            await asyncio.sleep(_EVERY)
            wall, cpu = time.perf_counter(), time.thread_time()
            while time.thread_time() - cpu < _SAMPLE_SECONDS:
                pass
            self.samples.append((time.perf_counter() - wall) / (time.thread_time() - cpu))


@asynccontextmanager
async def strain() -> AsyncIterator[Strain]:
    """Watch the machine's strain while something is measured."""
    found = Strain()
    watching = asyncio.create_task(found.watch())
    try:
        yield found
    finally:
        watching.cancel()
