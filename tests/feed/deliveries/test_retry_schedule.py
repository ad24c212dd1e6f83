"""The retry schedule: its steps, the jitter, and what a receiver may ask for."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feed.deliveries.retry_schedule import RetrySchedule, asked_wait
from tests.builders import NOON

SCHEDULE = RetrySchedule()
MIDDLE = 0.5


def wait(steps_taken: int, *, jitter: float = MIDDLE, retry_after: str | None = None) -> float:
    at = SCHEDULE.next_attempt(steps_taken, NOON, jitter=jitter, retry_after=retry_after)
    assert at is not None
    return (at - NOON).total_seconds()


def test_the_steps_are_those_promised_and_then_it_is_given_up() -> None:
    hour = 3600
    promised = [5, 300, 1800, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour]
    assert [wait(n) for n in range(9)] == promised
    assert SCHEDULE.next_attempt(9, NOON, jitter=MIDDLE) is None


@given(st.integers(0, 8), st.floats(0, 1, exclude_max=True))
def test_the_jitter_stays_within_a_fifth(steps_taken: int, jitter: float) -> None:
    step = SCHEDULE.steps[steps_taken]
    assert step * 0.8 <= wait(steps_taken, jitter=jitter) <= step * 1.2


@pytest.mark.parametrize(
    ("steps_taken", "retry_after", "seconds"),
    [
        (0, "30", 30),
        (0, "1", 5),  # never earlier
        (0, "3600", 60),  # a minute is always granted
        (1, "3600", 600),  # else twice the step
        (1, " 400 ", 400),
        (1, format_datetime(NOON + timedelta(seconds=450), usegmt=True), 450),
        (1, format_datetime(NOON - timedelta(days=1), usegmt=True), 300),
        (1, "-5", 300),
        (1, "soon", 300),
        (1, "", 300),
        (1, "1.5e3", 300),
        (1, "٣٠٠٠", 300),
        (1, "9" * 400, 600),
        (1, "Fri, 99 Zzz 2026 12:00:00 GMT", 300),
    ],
)
def test_retry_after_moves_an_attempt_later_within_bounds(
    steps_taken: int, retry_after: str, seconds: float
) -> None:
    assert wait(steps_taken, retry_after=retry_after) == seconds


@given(st.text(max_size=60), st.datetimes(timezones=st.just(UTC)))
def test_no_header_can_crash_the_reading_of_it(header: str, now: datetime) -> None:
    asked = asked_wait(header, now)
    assert asked is None or asked > 0
