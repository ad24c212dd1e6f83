"""The backlog over time, evenly spaced, as a page draws it. Pure.

How to read it: `await CurveStore(redis, clock).read(since, until)` (`curve_store.py`) returns `Curves`. All
lines in it have the same length, one value for each of `times`, the oldest first. None in a line is a gap:
nobody looked then, or Redis could not be read. A gap is drawn as a gap, never as 0 and never bridged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.feed.measures.histogram import percentiles
from services.feed.measures.names import Reached
from services.feed.ops.curve_point import CurvePoint, EndpointsPoint, GroupPoint, Number
from services.feed.ops.numbers import State
from shared import keys

Line = tuple[Number, ...]
"""One value for each moment; None where it is not known."""


@dataclass(frozen=True)
class GroupCurves:
    """One stream and group. Of each stretch: the worst state, the most that waited, the mean of speeds."""

    stream: str
    group: str
    state: tuple[State | None, ...]
    lag: Line
    pending: Line
    oldest_age_seconds: Line
    arrival_per_second: Line
    drain_per_second: Line
    consumers: Line
    dead_letters: Line


@dataclass(frozen=True)
class EndpointsCurves:
    """All endpoints together; of each stretch the most there was."""

    due: Line
    past_due: Line
    oldest_past_due_seconds: Line
    retrying: Line
    dead: Line
    failing: Line


@dataclass(frozen=True)
class LatencyCurves:
    """How long articles took from being accepted, by percentiles (ms); None where none arrived."""

    count: Line
    p50_ms: Line
    p95_ms: Line
    p99_ms: Line


@dataclass(frozen=True)
class Curves:
    """All lines from `start` on, a value each `step_seconds`; the value at a time tells of the step after it.

    `latencies` are by what was reached, `feed` and `partner`, each of them always there.
    """

    start: datetime
    step_seconds: int
    length: int
    groups: tuple[GroupCurves, ...]
    endpoints: EndpointsCurves
    latencies: Mapping[str, LatencyCurves]

    @property
    def times(self) -> tuple[datetime, ...]:
        """The beginning of each step."""
        return tuple(self.start + timedelta(seconds=self.step_seconds) * i for i in range(self.length))


def curves(start: datetime, step_seconds: int, points: Sequence[CurvePoint | None]) -> Curves:
    """Return the lines through points that follow each other in steps, None where there is no point."""
    return Curves(
        start=start,
        step_seconds=step_seconds,
        length=len(points),
        groups=_groups(points),
        endpoints=_endpoints([point.endpoints if point else EndpointsPoint() for point in points]),
        latencies={name: _latencies(name, points) for name in Reached},
    )


def _groups(points: Sequence[CurvePoint | None]) -> tuple[GroupCurves, ...]:
    widths: dict[str, int] = {}
    for point in points:
        for name, streams in (point.groups if point else {}).items():
            widths[name] = max(widths.get(name, 0), len(streams))
    most = max(widths.values(), default=0)
    return tuple(
        _group(name, partition, points)
        for partition in range(most)
        for name, width in widths.items()
        if partition < width
    )


def _group(name: str, partition: int, points: Sequence[CurvePoint | None]) -> GroupCurves:
    found = [_point_in(point, name, partition) for point in points]
    numbers = [point or GroupPoint() for point in found]
    return GroupCurves(
        stream=keys.events(partition),
        group=name,
        state=tuple(None if point is None else point.state for point in found),
        lag=tuple(n.lag for n in numbers),
        pending=tuple(n.pending for n in numbers),
        oldest_age_seconds=tuple(n.oldest_age_seconds for n in numbers),
        arrival_per_second=tuple(n.arrival_per_second for n in numbers),
        drain_per_second=tuple(n.drain_per_second for n in numbers),
        consumers=tuple(n.consumers for n in numbers),
        dead_letters=tuple(n.dead_letters for n in numbers),
    )


def _point_in(point: CurvePoint | None, name: str, partition: int) -> GroupPoint | None:
    streams = point.groups.get(name, ()) if point else ()
    return streams[partition] if partition < len(streams) else None


def _endpoints(points: Sequence[EndpointsPoint]) -> EndpointsCurves:
    return EndpointsCurves(
        due=tuple(p.due for p in points),
        past_due=tuple(p.past_due for p in points),
        oldest_past_due_seconds=tuple(p.oldest_past_due_seconds for p in points),
        retrying=tuple(p.retrying for p in points),
        dead=tuple(p.dead for p in points),
        failing=tuple(p.failing for p in points),
    )


def _latencies(name: Reached, points: Sequence[CurvePoint | None]) -> LatencyCurves:
    found = [percentiles(point.latencies.get(name, {})) if point else None for point in points]
    return LatencyCurves(
        count=tuple(None if one is None else one.count for one in found),
        p50_ms=tuple(None if one is None else one.p50_ms for one in found),
        p95_ms=tuple(None if one is None else one.p95_ms for one in found),
        p99_ms=tuple(None if one is None else one.p99_ms for one in found),
    )
