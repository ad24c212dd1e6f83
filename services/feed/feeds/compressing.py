"""Compresses renditions off the requests' way: the first readers after a change are given the plain bytes."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from services.feed.feeds.content_coding import encoded
from services.feed.feeds.rendition import Edition, Rendition, Shelf
from shared.cancellation import heed_cancellation
from shared.logs import get_logger
from shared.redis_connection import UNREACHABLE

log = get_logger(__name__)

_STAYS_SECONDS = 0.05
"""What is replaced sooner is not worth compressing: that takes ten times as long as making the feed."""


@dataclass(frozen=True)
class Memory:
    """The renditions in memory: `current` gives one, `put` replaces one that is still the current one."""

    current: Callable[[Edition], Rendition | None]
    put: Callable[[Edition, Rendition, Rendition], None]


class Compressing:
    """Compresses what is in memory, one rendition at a time."""

    def __init__(self, shelf: Shelf, memory: Memory) -> None:
        self._shelf = shelf
        self._memory = memory
        self._wishes: dict[Edition, float] = {}
        self._wished = asyncio.Event()

    def wish(self, edition: Edition) -> None:
        """Ask for the compression of an edition's current rendition, once it has been that for a while."""
        self._wishes.pop(edition, None)
        self._wishes[edition] = time.monotonic() + _STAYS_SECONDS
        self._wished.set()

    async def run(self) -> None:
        """Compress until cancelled."""
        while True:
            heed_cancellation()
            if not self._wishes:
                self._wished.clear()
                await self._wished.wait()
            edition, at = next(iter(self._wishes.items()))
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            if self._wishes.get(edition) == at:
                del self._wishes[edition]
                await self._grant(edition)

    async def compress(self, edition: Edition, rendition: Rendition) -> Rendition:
        """Return the rendition with its bytes in every coding, the same for all processes."""
        if rendition.encoded:
            return rendition
        made = replace(rendition, encoded=await asyncio.to_thread(encoded, rendition.body))
        return await self._shelf.put(edition, made) or made

    async def _grant(self, edition: Edition) -> None:
        rendition = self._memory.current(edition)
        if rendition is None or rendition.encoded:
            return
        try:
            compressed = await self.compress(edition, rendition)
        except UNREACHABLE as error:
            # It is wished for again at the next look at the feed.
            log.warning("rendition.not_compressed", key=edition.key, error=repr(error))
            return
        self._memory.put(edition, rendition, compressed)
