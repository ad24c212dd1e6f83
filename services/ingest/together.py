"""Does what several callers ask for at the same moment in one go, so that they share its round trips.

Nothing waits for others to come: whoever finds nobody at work begins at once, and those who come meanwhile
are taken together next. Measured: requests that share round trips cost half the time.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from shared.outage import is_outage

Asked = TypeVar("Asked")
Done = TypeVar("Done")


@dataclass
class _Caller(Generic[Asked, Done]):
    """One call: what it asked for, what of that is done, and the future that it waits for."""

    asked: Sequence[Asked]
    answered: "asyncio.Future[list[Done]]"
    done: list[Done] = field(default_factory=list)
    taken: int = 0

    @property
    def left(self) -> int:
        """How many things are still to be taken."""
        return len(self.asked) - self.taken

    def take(self, room: int, weigh: Callable[[Asked], int]) -> tuple[Sequence[Asked], int]:
        """Return what is to be done next of it, one thing at least, and the room that is left then."""
        begin = self.taken
        while self.taken < len(self.asked) and (room > 0 or self.taken == begin):
            room -= weigh(self.asked[self.taken])
            self.taken += 1
        return self.asked[begin : self.taken], room


_Part = tuple[_Caller[Asked, Done], Sequence[Asked]]
"""A caller, and what of it is done in one round."""


class Together(Generic[Asked, Done]):
    """Hands what is asked for to `do`, about `most` at a time as `weigh` counts; one round follows the other.

    When a whole round waits, another is under way beside it, up to `side_by_side`: they wait for the disk
    together. What one caller asked for is done in its order. `do` must be safe to repeat, and beside itself.
    """

    def __init__(
        self,
        do: Callable[[Sequence[Asked]], Awaitable[list[Done]]],
        most: int,
        *,
        weigh: Callable[[Asked], int] = lambda _: 1,
        side_by_side: int = 1,
    ) -> None:
        self._do = do
        self._most = most
        self._weigh = weigh
        self._side_by_side = side_by_side
        self._waiting: deque[_Caller[Asked, Done]] = deque()
        self._alone: deque[_Part[Asked, Done]] = deque()
        self._working: set[asyncio.Task[None] | None] = set()

    async def ask(self, asked: Sequence[Asked]) -> list[Done]:
        """Return what came of each thing asked for, or raise what went wrong with them."""
        if not asked:
            return []
        caller: _Caller[Asked, Done] = _Caller(asked, asyncio.get_running_loop().create_future())
        self._waiting.append(caller)
        if not self._working or (len(self._working) < self._side_by_side and self._a_whole_round_waits()):
            # In a context of its own: what is known of this caller is not true of those who come later.
            self._working.add(asyncio.create_task(self._work(), context=Context()))
        return await caller.answered

    def _a_whole_round_waits(self) -> bool:
        return sum(caller.left for caller in self._waiting) >= self._most

    async def _work(self) -> None:
        try:
            while self._alone or self._waiting:
                await self._round([self._alone.popleft()] if self._alone else self._next_round())
        finally:
            # At once: whoever comes next must not take this one for somebody who goes on.
            self._working.remove(asyncio.current_task())

    def _next_round(self) -> list[_Part[Asked, Done]]:
        """Take from each in turn; a caller with very much comes again after all others."""
        parts = []
        room = self._most
        for _ in range(len(self._waiting)):
            caller = self._waiting.popleft()
            part, room = caller.take(room, self._weigh)
            parts.append((caller, part))
            if room <= 0:
                break
        return parts

    async def _round(self, parts: Sequence[_Part[Asked, Done]]) -> None:
        try:
            done = iter(await self._do([one for _, part in parts for one in part]))
        except Exception as error:  # noqa: BLE001 - each caller is told
            self._round_failed(parts, error)
            return
        for caller, part in parts:
            caller.done += [next(done) for _ in part]
            self._go_on_with(caller)

    def _round_failed(self, parts: Sequence[_Part[Asked, Done]], error: Exception) -> None:
        """Let each alone see whether it was the cause; of an outage nobody was, and all are told at once.

        Those who wait would otherwise wait for it to be found out again, a hundred of them at a time.
        """
        if is_outage(error):
            failed = [*(caller for caller, _ in (*parts, *self._alone)), *self._waiting]
            self._alone.clear()
            self._waiting.clear()
        elif len(parts) == 1:
            failed = [parts[0][0]]
        else:
            self._alone.extend(parts)
            return
        for caller in failed:
            if not caller.answered.done():
                caller.answered.set_exception(error)

    def _go_on_with(self, caller: _Caller[Asked, Done]) -> None:
        if caller.answered.done():
            return  # its task was cancelled
        if caller.left:
            self._waiting.append(caller)
        else:
            caller.answered.set_result(caller.done)
