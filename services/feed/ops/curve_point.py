"""What is kept of a stretch of time: one number for each curve, and how several stretches make a longer one.

Of what waits the most is kept, of speeds the mean, of states the worst: a peak must not be lost between two
points. Pure.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields
from typing import Any

from services.feed.measures.histogram import Buckets, added
from services.feed.ops.numbers import Backlog, EndpointNumbers, EndpointState, GroupNumbers, State
from services.feed.ops.summary import worst_state

Number = float | None
"""None: not known. Never 0 instead."""


@dataclass(frozen=True)
class GroupPoint:
    """A stream and group over a stretch of time."""

    state: State = State.UNKNOWN
    lag: Number = None
    pending: Number = None
    oldest_age_seconds: Number = None
    arrival_per_second: Number = None
    drain_per_second: Number = None
    consumers: Number = None
    """The fewest that were alive."""
    dead_letters: Number = None


@dataclass(frozen=True)
class EndpointsPoint:
    """All endpoints together over a stretch of time."""

    due: Number = None
    past_due: Number = None
    oldest_past_due_seconds: Number = None
    retrying: Number = None
    dead: Number = None
    failing: Number = None
    """Endpoints that are failing or were disabled."""


@dataclass(frozen=True)
class CurvePoint:
    """Everything that is kept of a stretch of time; `groups` by name, each with its streams in order."""

    groups: Mapping[str, tuple[GroupPoint, ...]] = field(default_factory=dict)
    endpoints: EndpointsPoint = EndpointsPoint()
    latencies: Mapping[str, Buckets] = field(default_factory=dict)
    """By what was reached: the durations that were measured in this stretch."""


def point_of(backlog: Backlog, latencies: Mapping[str, Buckets]) -> CurvePoint:
    """Return the point of one moment; `latencies` are those measured since the moment before."""
    groups: dict[str, tuple[GroupPoint, ...]] = {}
    for numbers in backlog.streams:
        groups[numbers.group] = (*groups.get(numbers.group, ()), _group_point(numbers))
    endpoints = _endpoints_point(backlog.endpoints) if backlog.redis_reachable else EndpointsPoint()
    return CurvePoint(groups, endpoints, latencies)


def _group_point(numbers: GroupNumbers) -> GroupPoint:
    return GroupPoint(
        state=numbers.state,
        lag=numbers.lag,
        pending=numbers.pending,
        oldest_age_seconds=numbers.oldest_age_seconds,
        arrival_per_second=numbers.arrival_per_second,
        drain_per_second=numbers.drain_per_second,
        consumers=numbers.consumers,
        dead_letters=numbers.dead_letters,
    )


def _endpoints_point(endpoints: Sequence[EndpointNumbers]) -> EndpointsPoint:
    troubled = {EndpointState.FAILING, EndpointState.DISABLED}
    return EndpointsPoint(
        due=sum(e.due or 0 for e in endpoints),
        past_due=sum(e.past_due or 0 for e in endpoints),
        oldest_past_due_seconds=max((e.oldest_past_due_seconds or 0.0 for e in endpoints), default=0.0),
        retrying=sum(e.retrying or 0 for e in endpoints),
        dead=sum(e.dead or 0 for e in endpoints),
        failing=sum(e.state in troubled for e in endpoints),
    )


def folded(points: Sequence[CurvePoint]) -> CurvePoint:
    """Return one point for all of these, which follow each other in time."""
    names = {name for point in points for name in point.groups}
    reached = {name for point in points for name in point.latencies}
    return CurvePoint(
        groups={
            name: _folded_streams([p.groups[name] for p in points if name in p.groups]) for name in names
        },
        endpoints=_folded_endpoints([p.endpoints for p in points]),
        latencies={name: added(*(p.latencies.get(name, {}) for p in points)) for name in reached},
    )


def _folded_streams(points: Sequence[tuple[GroupPoint, ...]]) -> tuple[GroupPoint, ...]:
    width = max(len(streams) for streams in points)
    return tuple(_folded_group([streams[i] for streams in points if i < len(streams)]) for i in range(width))


def _folded_group(points: Sequence[GroupPoint]) -> GroupPoint:
    return GroupPoint(
        state=worst_state(p.state for p in points),
        lag=_most(p.lag for p in points),
        pending=_most(p.pending for p in points),
        oldest_age_seconds=_most(p.oldest_age_seconds for p in points),
        arrival_per_second=_mean(p.arrival_per_second for p in points),
        drain_per_second=_mean(p.drain_per_second for p in points),
        consumers=min(_known(p.consumers for p in points), default=None),
        dead_letters=_most(p.dead_letters for p in points),
    )


def _folded_endpoints(points: Sequence[EndpointsPoint]) -> EndpointsPoint:
    return EndpointsPoint(*(_most(numbers) for numbers in zip(*map(astuple, points), strict=True)))


def _known(numbers: Iterable[Number]) -> list[float]:
    return [number for number in numbers if number is not None]


def _most(numbers: Iterable[Number]) -> Number:
    return max(_known(numbers), default=None)


def _mean(numbers: Iterable[Number]) -> Number:
    known = _known(numbers)
    return round(sum(known) / len(known), 2) if known else None


def encode(point: CurvePoint) -> bytes:
    """Return a point as it is stored: JSON without names, for twelve thousand of them are kept."""
    rows = {name: [astuple(stream) for stream in streams] for name, streams in point.groups.items()}
    latencies = {name: buckets for name, buckets in point.latencies.items() if buckets}
    return json.dumps([rows, astuple(point.endpoints), latencies], separators=(",", ":")).encode()


def decode(stored: bytes) -> CurvePoint:
    """Return the point that `encode` stored. What only another version keeps is left out."""
    rows, endpoints, latencies = json.loads(stored)
    return CurvePoint(
        groups={name: tuple(_group_from(row) for row in streams) for name, streams in rows.items()},
        endpoints=EndpointsPoint(*endpoints[: len(fields(EndpointsPoint))]),
        latencies={
            name: {int(n): count for n, count in buckets.items()} for name, buckets in latencies.items()
        },
    )


def _group_from(row: Sequence[Any]) -> GroupPoint:
    state, *numbers = row[: len(fields(GroupPoint))]
    return GroupPoint(State(state), *numbers)
