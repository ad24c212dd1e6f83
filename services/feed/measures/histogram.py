"""Durations in buckets, so that any number of processes and of moments can be added up. Pure.

The bounds are Renard's numbers (ISO 3, R10): ten a decade, 1 ms to 11 days. A percentile is told as the upper
bound of the bucket it falls in, so it is at most a quarter too high and never too low.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

_R10 = (100, 125, 160, 200, 250, 315, 400, 500, 630, 800)

BOUNDS_MS: tuple[float, ...] = (
    *(n * 10**decade / 100 for decade in range(9) for n in _R10),
    1e9,
)
"""Upper bounds in milliseconds, each belonging to its bucket; what is longer falls in one more bucket."""

Buckets = Mapping[int, int]
"""How many durations fell in which bucket; buckets without any may be absent."""


def bucket_of(milliseconds: float) -> int:
    """Return the number of the bucket of a duration."""
    return bisect_left(BOUNDS_MS, milliseconds)


def percentile_ms(buckets: Buckets, percent: float) -> float | None:
    """Return what at least `percent` of the durations do not exceed (nearest rank); None without any.

    Of what is longer than the last bound only that is known, and that bound is returned.
    """
    total = sum(buckets.values())
    if total <= 0:
        return None
    numbers = sorted(buckets)
    for number, reached in zip(numbers, accumulate(buckets[n] for n in numbers), strict=True):
        if reached * 100 >= total * percent:
            return BOUNDS_MS[min(number, len(BOUNDS_MS) - 1)]
    return None


def added(*several: Buckets) -> dict[int, int]:
    """Return the sum of several histograms."""
    total: dict[int, int] = {}
    for buckets in several:
        for number, count in buckets.items():
            total[number] = total.get(number, 0) + count
    return total


def gained(before: Buckets, after: Buckets) -> dict[int, int]:
    """Return what came between two readings of a histogram that only grows; one that shrank began anew."""
    if any(after.get(number, 0) < count for number, count in before.items()):
        return dict(after)
    difference = {number: count - before.get(number, 0) for number, count in after.items()}
    return {number: count for number, count in difference.items() if count}


@dataclass(frozen=True)
class Percentiles:
    """What a histogram comes to: how many durations, and three percentiles (ms; None without any)."""

    count: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None


def percentiles(buckets: Buckets) -> Percentiles:
    """Return the percentiles that the contract names."""
    p50, p95, p99 = (percentile_ms(buckets, percent) for percent in (50, 95, 99))
    return Percentiles(sum(buckets.values()), p50, p95, p99)
