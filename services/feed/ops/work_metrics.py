"""For Prometheus: what all processes counted and timed while they worked, workers too, which serve no HTTP.

The counts stand in Redis; one that went back (the store was emptied) is a restart to Prometheus.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from services.feed.measures.histogram import BOUNDS_MS, Buckets
from services.feed.measures.names import Reached, Totals
from shared import keys

_A_DAY_MS = 1e8
"""And a little more: the bound that lies nearest."""

_SHOWN = tuple(
    (number, bound)
    for number, bound in enumerate(BOUNDS_MS)
    if number % 10 in {0, 4, 7} and bound <= _A_DAY_MS
)
"""1, 2.5, 5 of each decade, up to a day: Prometheus keeps a series for each."""

_ENTRIES = {
    "events_applied": ("applied", "Entries acknowledged after all of their effects were stored"),
    "events_redelivered": (
        "redelivered",
        "Entries handed out once more because whoever had them did not finish",
    ),
    "events_given_up": ("given_up", "Entries that became dead letters"),
}


class WorkCollector:
    """Turns the latest totals into metrics whenever Prometheus asks."""

    def __init__(self, totals: Callable[[], Totals]) -> None:
        self._totals = totals

    def collect(self) -> Iterator[Metric]:
        """Yield every count and histogram."""
        totals = self._totals()
        for name, (field, meaning) in _ENTRIES.items():
            yield _by_group(f"newswire_{name}", meaning, getattr(totals, field))
        attempts = CounterMetricFamily(
            "newswire_delivery_attempts", "Attempts of deliveries, by what came of them", labels=["outcome"]
        )
        for outcome, count in sorted(totals.attempts.items()):
            attempts.add_metric([outcome], count)
        yield attempts
        yield _latencies(totals)


def _by_group(name: str, meaning: str, counts: Mapping[tuple[int, str], int]) -> Metric:
    family = CounterMetricFamily(name, meaning, labels=["stream", "group"])
    for (partition, group), count in sorted(counts.items()):
        family.add_metric([keys.events(partition), group], count)
    return family


def _latencies(totals: Totals) -> Metric:
    family = HistogramMetricFamily(
        "newswire_article_latency_seconds",
        "From an article's being accepted until it stood in its feeds, or until a partner took it",
        labels=["reached"],
    )
    for reached in Reached:
        buckets = totals.latencies.get(reached, {})
        family.add_metric([reached.value], _cumulated(buckets), totals.latency_sums_ms.get(reached, 0) / 1000)
    return family


def _cumulated(buckets: Buckets) -> list[tuple[str, float]]:
    reached = list(accumulate(buckets.get(number, 0) for number in range(len(BOUNDS_MS) + 1)))
    shown = [(f"{bound / 1000:g}", float(reached[number])) for number, bound in _SHOWN]
    return [*shown, ("+Inf", float(reached[-1]))]
