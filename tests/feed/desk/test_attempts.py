from datetime import timedelta

from services.feed.desk.attempts import MOST, SPAN, Attempts
from tests.builders import NOON


def failing(attempts: Attempts, address: str, times: int) -> None:
    for second in range(times):
        attempts.failed(address, NOON + timedelta(seconds=second))


def test_ten_failures_are_enough_for_five_minutes() -> None:
    attempts = Attempts()
    failing(attempts, "192.0.2.1", MOST - 1)
    now = NOON + timedelta(seconds=MOST)
    assert attempts.wait_seconds("192.0.2.1", now) == 0
    attempts.failed("192.0.2.1", now)
    assert attempts.wait_seconds("192.0.2.1", now) == SPAN.total_seconds() - MOST
    assert attempts.wait_seconds("192.0.2.1", NOON + SPAN) == 0
    assert attempts.wait_seconds("192.0.2.2", now) == 0


def test_a_success_begins_anew() -> None:
    attempts = Attempts()
    failing(attempts, "192.0.2.1", MOST)
    attempts.succeeded("192.0.2.1")
    assert attempts.wait_seconds("192.0.2.1", NOON) == 0


def test_one_subscriber_has_one_count_whatever_its_address() -> None:
    attempts = Attempts(most=2)
    failing(attempts, "2001:db8:1:2::1", 1)
    failing(attempts, "2001:db8:1:2:ffff::9", 1)
    assert attempts.wait_seconds("2001:db8:1:2::5", NOON) > 0
    assert attempts.wait_seconds("2001:db8:1:3::5", NOON) == 0
    failing(attempts, "::ffff:192.0.2.1", 2)
    assert attempts.wait_seconds("::ffff:192.0.2.2", NOON) == 0


def test_the_memory_cannot_be_filled() -> None:
    attempts = Attempts(most=1, addresses=3)
    for last in range(5):
        failing(attempts, f"192.0.2.{last}", 50)
    waits = [attempts.wait_seconds(f"192.0.2.{last}", NOON) > 0 for last in range(5)]
    assert waits == [False, False, True, True, True]
    assert len(attempts._failures) == 3
    assert all(len(failures) == 1 for failures in attempts._failures.values())
