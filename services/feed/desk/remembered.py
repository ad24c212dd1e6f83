"""What was read a moment ago, so that ten viewers cost as much as one: read once for all who ask together."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Keeps answers for some seconds, by what was asked; at most `most` of them."""

    def __init__(self, seconds: float, *, most: int = 32) -> None:
        self._seconds = seconds
        self._most = most
        self._answers: dict[Hashable, tuple[float, asyncio.Task[T]]] = {}

    def forget(self) -> None:
        """Have everything read anew: whoever changed something wants to see it."""
        self._answers = {}

    async def get(self, asked: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """Return the answer to what was asked, read anew when it is older. A failure is nobody else's."""
        now = asyncio.get_running_loop().time()
        self._answers = {
            key: known
            for key, known in list(self._answers.items())[-self._most :]
            if now - known[0] < self._seconds
        }
        known = self._answers.get(asked)
        if known is None:
            known = self._answers[asked] = (now, asyncio.create_task(_awaited(read)))
        try:
            return await asyncio.shield(known[1])
        except BaseException:
            if self._answers.get(asked) is known:
                del self._answers[asked]
            raise


async def _awaited(read: Callable[[], Awaitable[T]]) -> T:
    return await read()
