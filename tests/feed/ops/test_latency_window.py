from collections.abc import Mapping

from services.feed.measures.histogram import Buckets
from services.feed.measures.names import Reached
from services.feed.ops.latency_window import LatencyWindow
from services.feed.ops.numbers import LatencyNumbers

NONE = LatencyNumbers(reached=Reached.PARTNER, count=0)


def feed_after(script: Mapping[int, Buckets]) -> LatencyNumbers:
    """Return what is told of feeds after readings of the counts at these seconds."""
    window = LatencyWindow()
    feed = partner = NONE
    for second, buckets in script.items():
        feed, partner = window.add(second * 1000, {"feed": buckets})
    assert partner == NONE
    return feed


def test_what_was_counted_before_the_first_look_is_not_lately() -> None:
    assert feed_after({0: {10: 500}}) == LatencyNumbers(reached=Reached.FEED, count=0)


def test_what_came_in_the_last_five_minutes_is() -> None:
    found = feed_after({0: {10: 500}, 60: {10: 598, 20: 2}})
    assert (found.count, found.p50_ms, found.p95_ms, found.p99_ms) == (100, 10, 10, 100)


def test_what_is_longer_ago_is_forgotten() -> None:
    script = {second: {10: 5, 20: min(second, 100)} for second in range(0, 1000, 10)}
    assert feed_after(script).p50_ms is None


def test_a_store_that_was_emptied_begins_anew() -> None:
    assert feed_after({0: {10: 500}, 60: {10: 3}}).count == 3


def test_a_clock_that_was_set_back_begins_anew() -> None:
    assert feed_after({1000: {10: 5}, 60: {10: 9}, 70: {10: 12}}).count == 3
