"""What is said while a run goes on: which part of it has begun, and now and then how much there is."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.ledger import Ledger

_BEGAN = time.monotonic()
_EVERY = 60.0


def say(text: str) -> None:
    """Show how far the run is."""
    sys.stdout.write(f"{time.monotonic() - _BEGAN:6.1f} s  {text}\n")
    sys.stdout.flush()


@asynccontextmanager
async def telling(ledger: Ledger) -> AsyncIterator[None]:
    """Say once a minute how much was accepted so far."""
    task = asyncio.create_task(_tell(ledger))
    try:
        yield
    finally:
        task.cancel()


async def _tell(ledger: Ledger) -> None:
    while True:
        await asyncio.sleep(_EVERY)
        say(f"{len(ledger.pieces):,} articles, {len(ledger.accepted_at):,} changes so far")
