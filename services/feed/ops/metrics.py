"""The backlog for Prometheus: the same names as in JSON, prefixed `newswire_`.

What is not known is absent, never 0. Labels are bounded: streams, groups, endpoints, main feeds, states.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric

from services.feed.measures.names import Totals
from services.feed.ops.numbers import (
    Backlog,
    EndpointNumbers,
    EndpointState,
    FeedNumbers,
    GroupNumbers,
    Outlook,
    State,
)
from services.feed.ops.work_metrics import WorkCollector
from shared.process_metrics import describe_process

_GROUP = ("stream", "group")
_ENDPOINT = ("endpoint",)

_GROUP_GAUGES: dict[str, str] = {
    "length": "Entries in the stream",
    "lag": "Entries the group has not read yet",
    "pending": "Entries read and not acknowledged",
    "oldest_age_seconds": "Age of the oldest entry that is not acknowledged; 0 without one",
    "oldest_unread_age_seconds": "Age of the oldest entry that is not read; 0 without one",
    "oldest_pending_age_seconds": "Age of the oldest entry that is read and not acknowledged; 0 without one",
    "arrival_per_second": "Entries added a second",
    "drain_per_second": "Entries acknowledged a second",
    "seconds_to_drain": "Seconds until nothing waits; +Inf when the lag does not shrink",
    "consumers": "Consumers that are alive",
    "consumers_dead": "Consumers that the group knows and that are not",
    "redeliveries": "Entries handed out once more because whoever had them did not finish",
    "dead_letters": "Events that the group gave up",
    "reset_at": "When the stream was last seen to go back or begin anew, in seconds since 1970",
}

_ENDPOINT_GAUGES: dict[str, str] = {
    "due": "Deliveries to be sent now, those in hand included",
    "retrying": "Deliveries that failed and will be tried again",
    "dead": "Deliveries that were given up",
    "past_due": "Deliveries whose time has come and that nobody has taken up",
    "oldest_past_due_seconds": "How long the longest of them has been past due",
    "success_rate": "Share of the latest attempts that succeeded, 0 to 1",
    "p50_ms": "Median duration of the latest attempts",
    "p95_ms": "95th percentile of the duration of the latest attempts",
    "last_success_at": "When a delivery last succeeded, in seconds since 1970",
}


_FEED_GAUGES: dict[str, str] = {
    "articles": "Articles that a main feed holds",
    "updated_at": "When what last changed a main feed was accepted, in seconds since 1970",
}


class BacklogCollector:
    """Turns the latest numbers into metrics whenever Prometheus asks."""

    def __init__(self, latest: Callable[[], Backlog]) -> None:
        self._latest = latest

    def collect(self) -> Iterator[Metric]:
        """Yield every metric of the latest look."""
        backlog = self._latest()
        yield GaugeMetricFamily(
            "newswire_redis_up", "Whether Redis could be read just now", value=float(backlog.redis_reachable)
        )
        yield _states("newswire_backlog_state", (), State, [((), backlog.state)])
        for name, meaning in _GROUP_GAUGES.items():
            yield _gauge(
                name, meaning, _GROUP, [(_group_labels(g), _value(g, name)) for g in backlog.streams]
            )
        yield _states("newswire_state", _GROUP, State, [(_group_labels(g), g.state) for g in backlog.streams])
        for name, meaning in _ENDPOINT_GAUGES.items():
            yield _gauge(
                name, meaning, _ENDPOINT, [((e.endpoint,), _value(e, name)) for e in backlog.endpoints]
            )
        yield _states(
            "newswire_endpoint_state",
            _ENDPOINT,
            EndpointState,
            [((e.endpoint,), e.state) for e in backlog.endpoints],
        )
        for name, meaning in _FEED_GAUGES.items():
            feeds = [((f.feed,), _value(f, name)) for f in backlog.feeds]
            yield _gauge(f"feed_{name}", meaning, ("feed",), feeds)


def backlog_registry(latest: Callable[[], Backlog], totals: Callable[[], Totals]) -> CollectorRegistry:
    """Return a registry with the backlog, with what all processes counted, and with this process itself."""
    registry = CollectorRegistry()
    registry.register(BacklogCollector(latest))
    registry.register(WorkCollector(totals))
    describe_process(registry)
    return registry


def _group_labels(numbers: GroupNumbers) -> tuple[str, ...]:
    return (numbers.stream, numbers.group)


def _value(numbers: GroupNumbers | EndpointNumbers | FeedNumbers, name: str) -> float | None:
    if name == "seconds_to_drain" and isinstance(numbers, GroupNumbers) and numbers.outlook is Outlook.NEVER:
        return math.inf
    value: float | datetime | None = getattr(numbers, name)
    return value.timestamp() if isinstance(value, datetime) else value


def _gauge(
    name: str,
    meaning: str,
    label_names: tuple[str, ...],
    rows: Iterable[tuple[tuple[str, ...], float | None]],
) -> Metric:
    gauge = GaugeMetricFamily(f"newswire_{name}", meaning, labels=label_names)
    for labels, value in rows:
        if value is not None:
            gauge.add_metric(labels, value)
    return gauge


def _states(
    name: str,
    label_names: tuple[str, ...],
    states: type[State] | type[EndpointState],
    rows: Iterable[tuple[tuple[str, ...], State | EndpointState]],
) -> Metric:
    gauge = GaugeMetricFamily(
        name, "1 for the state it is in, 0 for the others", labels=(*label_names, "state")
    )
    for labels, found in rows:
        for state in states:
            gauge.add_metric((*labels, state.value), float(state is found))
    return gauge
