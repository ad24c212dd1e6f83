"""How slow the machine is while something is measured: figures mean little without that."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ClassVar

_EVERY = 0.25
_STANDSTILL = 0.25
"""When this process is so many seconds late it did not run. Less may be work of its own."""
_PIECES, _ROUNDS = 5, 40_000
"""Of each sample: five pieces of work of about a millisecond each."""


@dataclass(frozen=True)
class Sample:
    """A stretch of seconds: of how many this process did not run, and how long a piece of work took in it."""

    seconds: float
    stood_still: float
    piece: float


@dataclass
class Strain:
    """How many times less this process gets done than the machine has let it do at its best.

    A fixed piece of work shows whatever slows the machine down: other processes, and other machines on the
    same hardware, of which the CPU time of this process says nothing. Standstills are counted beside it,
    since samples hardly ever fall into one.
    """

    quickest: ClassVar[float] = math.inf
    """A piece of work at the machine's best, since this process began to take samples."""

    samples: list[Sample] = field(default_factory=list)

    @property
    def factor(self) -> float:
        """The mean over the time, at least 1."""
        done = sum((s.seconds - s.stood_still) * min(1.0, self.quickest / s.piece) for s in self.samples)
        return sum(s.seconds for s in self.samples) / done if done else 1.0

    async def watch(self) -> None:
        """Take samples until cancelled."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_EVERY)
            late = time.perf_counter() - began - _EVERY
            pieces = [_piece_of_work() for _ in range(_PIECES)]
            Strain.quickest = min(Strain.quickest, *pieces)
            self.samples.append(
                Sample(
                    time.perf_counter() - began, late if late > _STANDSTILL else 0.0, sum(pieces) / _PIECES
                )
            )


def _piece_of_work() -> float:
    began, number = time.perf_counter(), 0
    for one in range(_ROUNDS):
        number += one
    return time.perf_counter() - began


@asynccontextmanager
async def strain() -> AsyncIterator[Strain]:
    """Watch the machine's strain while something is measured."""
    found = Strain()
    watching = asyncio.create_task(found.watch())
    try:
        yield found
    finally:
        watching.cancel()
