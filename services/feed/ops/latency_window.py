"""How long articles took lately: what is counted now, less what was minutes ago. Pure."""

from collections import deque
from collections.abc import Mapping

from services.feed.measures.histogram import Buckets, gained, percentiles
from services.feed.measures.names import Reached
from services.feed.ops.numbers import LatencyNumbers

SPAN_MS = 5 * 60 * 1000
"""How far back "lately" reaches: long enough that a publisher of ten articles an hour sees some."""

_SPACING_MS = 10_000


class LatencyWindow:
    """Remembers for five minutes what had been counted; at first it tells of what came since it began."""

    def __init__(self) -> None:
        self._kept: deque[tuple[int, Mapping[str, Buckets]]] = deque()

    def add(self, at_ms: int, counted: Mapping[str, Buckets]) -> tuple[LatencyNumbers, ...]:
        """Take in what is counted now and return the latencies of the last five minutes."""
        if self._kept and at_ms < self._kept[-1][0]:
            self._kept.clear()  # the server's clock was set back
        if not self._kept or at_ms - self._kept[-1][0] >= _SPACING_MS:
            self._kept.append((at_ms, counted))
        while at_ms - self._kept[0][0] > SPAN_MS:
            self._kept.popleft()
        _, before = self._kept[0]
        return tuple(_numbers(reached, before, counted) for reached in Reached)


def _numbers(
    reached: Reached, before: Mapping[str, Buckets], counted: Mapping[str, Buckets]
) -> LatencyNumbers:
    found = percentiles(gained(before.get(reached, {}), counted.get(reached, {})))
    return LatencyNumbers(
        reached=reached, count=found.count, p50_ms=found.p50_ms, p95_ms=found.p95_ms, p99_ms=found.p99_ms
    )
