"""Gathers what is seen from second to second and keeps it, stretch by stretch, once each is over.

Every process that looks does so; the store takes each stretch once.
"""

import asyncio
from collections.abc import Callable, Mapping

from redis.exceptions import RedisError

from services.feed.measures.histogram import Buckets, gained
from services.feed.ops.curve_point import CurvePoint, folded, point_of
from services.feed.ops.curve_store import COARSE, FINE, CurveStore
from services.feed.ops.numbers import Backlog
from shared.cancellation import heed_cancellation
from shared.logs import get_logger
from shared.timestamps import epoch_ms

log = get_logger(__name__)

_INTERVAL = 1.0

Measured = Mapping[str, Buckets]
"""All latencies ever counted, by what was reached."""


class CurveRecorder:
    """Takes what was seen in, in the order of time."""

    def __init__(self, store: CurveStore) -> None:
        self._store = store
        self._stretch: int | None = None
        self._seen: list[CurvePoint] = []
        self._measured: Measured | None = None
        self._minute: int | None = None

    async def run(self, latest: Callable[[], Backlog], measured: Callable[[], Measured]) -> None:
        """Take the latest in once a second, until cancelled. While Redis cannot keep it there are gaps."""
        while True:
            try:
                await self.take(latest(), measured())
            except (RedisError, OSError) as error:
                log.warning("curves.not_kept", error=str(error))
            heed_cancellation()
            await asyncio.sleep(_INTERVAL)

    async def take(self, backlog: Backlog, measured: Measured) -> None:
        """Note a look, and keep the stretch before it if that is over.

        What cannot be kept just now is a gap in the curves afterwards. Raises redis-py's errors.
        """
        at_ms = epoch_ms(backlog.at)
        stretch = FINE.start_of(at_ms)
        over, seen = self._stretch, self._seen
        if stretch != over:
            self._stretch, self._seen = stretch, []
        self._seen.append(point_of(backlog, self._gained(measured)))
        if over is not None and stretch > over and seen:
            await self._store.write(FINE, over, folded(seen))
        await self._condense(COARSE.start_of(at_ms))

    async def _condense(self, minute: int) -> None:
        if minute != self._minute:
            await self._store.condense(minute)
            self._minute = minute

    def _gained(self, measured: Measured) -> dict[str, dict[int, int]]:
        before, self._measured = self._measured, measured
        if before is None:
            return {}
        return {name: gained(before.get(name, {}), buckets) for name, buckets in measured.items()}
