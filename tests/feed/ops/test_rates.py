import pytest

from services.feed.ops.numbers import Outlook
from services.feed.ops.rates import Rates, forecast, rates
from tests.feed.ops.scripted import a_history, a_sample


def test_one_sample_is_too_little_for_a_rate() -> None:
    assert rates([a_sample(lag=5)]) == Rates(None, None)


def test_two_samples_at_almost_the_same_moment_are_too_little() -> None:
    assert rates([a_sample(0), a_sample(0.1, entries_added=1005, lag=5)]) == Rates(None, None)


def test_arrival_is_what_was_added_and_drain_what_was_acknowledged() -> None:
    window = a_history(
        range(11), entries_added=lambda s: 1000 + 30 * s, lag=lambda s: 400 - 20 * s, pending=10
    )
    assert rates(window) == Rates(arrival=30, drain=50)


def test_reading_without_acknowledging_drains_nothing() -> None:
    window = a_history(range(5), lag=lambda s: 100 - 20 * s, pending=lambda s: 20 * s)
    assert rates(window).drain == 0


def test_a_group_that_starts_anew_does_not_drain_backwards() -> None:
    assert rates([a_sample(0, lag=0), a_sample(1, lag=1000)]).drain == 0


def test_an_uncounted_lag_leaves_the_drain_unknown_and_the_arrival_known() -> None:
    window = a_history(range(5), entries_added=lambda s: 1000 + s, lag=None)
    assert rates(window) == Rates(arrival=1, drain=None)


def test_the_drain_is_worked_out_from_the_first_counted_lag() -> None:
    window = [a_sample(0, lag=None), a_sample(1, lag=90), a_sample(2, lag=80)]
    assert rates(window).drain == 10


def test_a_flush_starts_the_rates_anew() -> None:
    flushed = a_history(range(3, 6), entries_added=lambda s: 10 * (s - 3), length=20)
    window = [*a_history(range(3), entries_added=1000), *flushed]
    assert rates(window) == Rates(arrival=10, drain=10)


def test_nothing_waits() -> None:
    assert forecast([a_sample()], Rates()).outlook is Outlook.EMPTY
    assert forecast([a_sample()], Rates()).seconds == 0


def test_the_time_to_drain_is_lag_over_the_difference_of_the_rates() -> None:
    found = forecast([a_sample(lag=300)], Rates(arrival=20, drain=50))
    assert (found.outlook, found.seconds) == (Outlook.DRAINING, 10)


@pytest.mark.parametrize("drain", [0, 19, 20])
def test_a_lag_that_does_not_shrink_never_drains(drain: float) -> None:
    found = forecast([a_sample(lag=300)], Rates(arrival=20, drain=drain))
    assert (found.outlook, found.seconds) == (Outlook.NEVER, None)


@pytest.mark.parametrize(
    ("lag", "found"), [(None, Rates(1, 1)), (5, Rates()), (5, Rates(arrival=1, drain=None))]
)
def test_what_is_not_known_is_not_never(lag: int | None, found: Rates) -> None:
    assert forecast([a_sample(lag=lag)], found).outlook is Outlook.UNKNOWN


def test_a_group_that_keeps_up_drains_at_the_speed_of_its_work() -> None:
    window = [a_sample(0), a_sample(1, entries_added=2000, lag=40)]
    found = forecast(window, Rates(arrival=1000, drain=960))
    assert found.outlook is Outlook.DRAINING
    assert found.seconds == pytest.approx(40 / 960)


def test_entries_that_were_read_and_are_not_finished_have_a_time_to_drain_too() -> None:
    assert forecast([a_sample(pending=30)], Rates(arrival=0, drain=10)).seconds == 3
    assert forecast([a_sample(pending=30)], Rates(arrival=0, drain=0)).outlook is Outlook.NEVER
