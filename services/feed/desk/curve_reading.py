"""Reads the backlog's curves for the pages: a span once for all viewers until there may be more in it."""

from services.feed.desk.remembered import Remembered
from services.feed.desk.spans import SPANS, Span
from services.feed.ops.curve_store import CurveStore
from services.feed.ops.curves import Curves, GroupCurves
from shared.clock import Clock


class CurveReading:
    """The curves of the latest spans of time."""

    def __init__(self, store: CurveStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[str, Remembered[Curves]] = {s.name: Remembered(s.kept_seconds) for s in SPANS}

    async def over(self, span: Span) -> Curves:
        """Return all curves of a span. Raises redis-py's errors when they cannot be read."""

        async def read() -> Curves:
            now = self._clock.now()
            return await self._store.read(now - span.length, now)

        return await self._kept[span.name].get(span.name, read)


def of_group(curves: Curves | None, stream: str, group: str) -> GroupCurves | None:
    """Return the curves of one stream and group; None when nothing is kept of it."""
    found = (one for one in (curves.groups if curves else ()) if (one.stream, one.group) == (stream, group))
    return next(found, None)


def waiting(curves: GroupCurves) -> list[float | None]:
    """Return how much waited, read or not, at each time; None where either is not known."""
    return [
        None if lag is None or pending is None else lag + pending
        for lag, pending in zip(curves.lag, curves.pending, strict=True)
    ]
