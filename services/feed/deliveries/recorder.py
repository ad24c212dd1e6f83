"""Holds the ends of attempts until the worker's next turn with Redis, in which they are written down."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from services.feed.deliveries.lease import Finish
from services.feed.deliveries.turn import Recorded


@dataclass(frozen=True)
class Ended:
    """An end, and who waits for it to be recorded."""

    finish: Finish
    written: "asyncio.Future[Recorded | None]"


class Recorder:
    """Where attempts hand in their ends. What came late is fenced off, so it may wait as long as it takes."""

    def __init__(self) -> None:
        self.woken = asyncio.Event()
        """Set when there is anything to write."""
        self._waiting: list[Ended] = []

    async def record(self, finish: Finish) -> Recorded | None:
        """Return once this is stored; None when its lease had passed to somebody else, and nothing was."""
        ended = Ended(finish, asyncio.get_running_loop().create_future())
        self._waiting.append(ended)
        self.woken.set()
        return await ended.written

    def take(self) -> list[Ended]:
        """Return all that wait, for `settle` or `put_back`."""
        taken, self._waiting = self._waiting, []
        return taken

    def put_back(self, taken: Sequence[Ended]) -> None:
        """Let them wait for another turn."""
        self._waiting = [*taken, *self._waiting]

    @staticmethod
    def settle(taken: Sequence[Ended], recorded: Sequence[Recorded | None]) -> None:
        """Tell those who wait what was recorded."""
        for ended, one in zip(taken, recorded, strict=True):
            if not ended.written.done():
                ended.written.set_result(one)
