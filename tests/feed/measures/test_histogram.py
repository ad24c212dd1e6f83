from itertools import pairwise
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from services.feed.measures.histogram import (
    BOUNDS_MS,
    Percentiles,
    added,
    bucket_of,
    gained,
    percentile_ms,
    percentiles,
)

durations = st.lists(st.floats(1, 1e9), min_size=1, max_size=50)


def buckets_of(milliseconds: list[float]) -> dict[int, int]:
    return added(*({bucket_of(one): 1} for one in milliseconds))


def test_the_bounds_grow_by_at_most_a_quarter_and_hold_each_power_of_ten() -> None:
    assert all(low < high <= 1.28 * low for low, high in pairwise(BOUNDS_MS))
    assert {10**n for n in range(10)} <= set(BOUNDS_MS)


def test_a_bound_belongs_to_its_own_bucket() -> None:
    assert [BOUNDS_MS[bucket_of(ms)] for ms in (0, 1, 1.25, 1000)] == [1, 1, 1.25, 1000]
    assert bucket_of(2e9) == len(BOUNDS_MS)


def test_without_durations_nothing_is_known() -> None:
    assert percentiles({}) == Percentiles(0, None, None, None)


def test_what_exceeds_every_bound_is_told_as_the_last_one() -> None:
    assert percentile_ms({bucket_of(5e9): 1}, 50) == BOUNDS_MS[-1]


@given(durations, st.sampled_from([50, 95, 99]))
def test_a_percentile_is_never_too_low_and_at_most_a_quarter_too_high(ms: list[float], percent: int) -> None:
    exact = sorted(ms)[ceil(len(ms) * percent / 100) - 1]
    told = percentile_ms(buckets_of(ms), percent)
    assert told is not None
    assert exact <= told <= 1.28 * exact


@given(durations, durations)
def test_what_was_gained_and_what_was_there_are_all_of_it(before: list[float], then: list[float]) -> None:
    first, second = buckets_of(before), buckets_of(then)
    assert gained(first, added(first, second)) == second


def test_a_histogram_that_shrank_began_anew() -> None:
    assert gained({3: 5, 4: 1}, {3: 2}) == {3: 2}
