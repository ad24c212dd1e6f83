"""Writes down what became of deliveries: those that end while others are written share a pipeline."""

import asyncio

from services.feed.deliveries.lease import Finish, Recorded
from services.feed.deliveries.queue import DeliveryQueue
from services.feed.outage import through_outages


class Recorder:
    """Stores ends of attempts, however long Redis is away: a late one is fenced off, so it does no harm."""

    def __init__(self, queue: DeliveryQueue) -> None:
        self._queue = queue
        self._waiting: list[tuple[Finish, asyncio.Future[Recorded | None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def record(self, finish: Finish) -> Recorded | None:
        """Store one end; None when its lease had passed to somebody else, and nothing was changed."""
        written: asyncio.Future[Recorded | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((finish, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await written

    async def close(self) -> None:
        """Stop writing."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            finishes = [finish for finish, _ in batch]
            try:
                results = await through_outages(lambda: self._queue.finish(finishes), "recording attempts")  # noqa: B023 - awaited at once
            except Exception as error:  # noqa: BLE001 - handed to everyone who waits, and raised there
                _fail(batch, error)
                continue
            for (_, written), result in zip(batch, results, strict=True):
                if not written.done():
                    written.set_result(result)


def _fail(batch: list[tuple[Finish, asyncio.Future[Recorded | None]]], error: Exception) -> None:
    for _, written in batch:
        if not written.done():
            written.set_exception(error)
