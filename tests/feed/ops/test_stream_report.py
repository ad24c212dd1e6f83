import pytest

from services.feed.ops.stream_report import ConsumerReport, GroupReport, StreamReport
from services.feed.ops.unread import certain_lag

NOW_MS = 1_000_000


@pytest.mark.parametrize(
    ("silent_ms", "busy", "alive"),
    [
        (0, False, True),
        (4_999, False, True),
        (5_000, False, False),
        (9_999, True, True),
        (10_000, True, False),
    ],
)
def test_a_consumer_is_alive_while_it_asks_for_work(silent_ms: int, busy: bool, alive: bool) -> None:
    assert ConsumerReport(NOW_MS - silent_ms, busy).alive(NOW_MS) is alive


def a_group(last_delivered_id: str, lag: int | None) -> GroupReport:
    return GroupReport(last_delivered_id, lag, 0, None, ())


STREAM = StreamReport(length=20, entries_added=100, first_id="80-0", last_generated_id="100-0")


@pytest.mark.parametrize(
    ("last_delivered_id", "redis_says", "lag"),
    [
        ("100-0", None, 0),
        ("9-0", 91, 20),  # all that Redis counts beyond the 20 was trimmed away
        ("90-0", 10, 10),
        ("80-0", 50, 20),  # more than there is cannot wait
        ("90-0", None, None),
    ],
)
def test_the_lag_as_far_as_it_is_certain(
    last_delivered_id: str, redis_says: int | None, lag: int | None
) -> None:
    assert certain_lag(STREAM, a_group(last_delivered_id, redis_says)) == lag


def test_nothing_waits_in_an_empty_stream() -> None:
    emptied = StreamReport(length=0, entries_added=9, first_id=None, last_generated_id="9-0")
    assert certain_lag(emptied, a_group("3-0", None)) == 0
