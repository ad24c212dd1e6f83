"""Looks at one thing that follow one another, each shared by all who asked before it began."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class TakingTurns(Generic[K, T]):
    """Runs `look` for each key in turn: a look that has begun is not joined, for it may have seen too little.

    However many ask at the same time, two looks serve them all: the one under way and the next.
    """

    def __init__(self, look: Callable[[K], Awaitable[T]]) -> None:
        self._look = look
        self._latest: dict[K, asyncio.Task[T]] = {}
        self._next: dict[K, asyncio.Task[T]] = {}

    async def look(self, key: K) -> T:
        """Return what a look that begins from now on sees; who gives up waiting ends it for nobody."""
        task = self._next.get(key)
        if task is None:
            task = asyncio.create_task(self._in_turn(key, self._latest.get(key)))
            self._next[key] = self._latest[key] = task
            task.add_done_callback(lambda done: self._finish(key, done))
        return await asyncio.shield(task)

    async def _in_turn(self, key: K, before: asyncio.Task[T] | None) -> T:
        if before is not None:
            await asyncio.wait([before])
        del self._next[key]
        return await self._look(key)

    def _finish(self, key: K, done: asyncio.Task[T]) -> None:
        for tasks in (self._latest, self._next):
            if tasks.get(key) is done:
                del tasks[key]
        if not done.cancelled():
            # Marks an error as seen even when everybody who waited for it has gone.
            done.exception()
