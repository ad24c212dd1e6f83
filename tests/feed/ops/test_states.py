import math
from collections.abc import Sequence
from typing import Any

import pytest

from services.feed.ops.numbers import State
from services.feed.ops.rates import rates
from services.feed.ops.samples import GroupSample
from services.feed.ops.states import STUCK_AFTER, WHOLE_AFTER, judge
from tests.feed.ops.scripted import a_history, a_sample, moving

TEN = range(10)


def state_of(
    window: Sequence[GroupSample], stuck_seconds: float = 0.0, whole_seconds: float = math.inf
) -> State:
    return judge(window, rates(window), stuck_seconds=stuck_seconds, whole_seconds=whole_seconds)


def test_idle_is_ok_from_the_first_sample_on() -> None:
    assert state_of([a_sample()]) is State.OK


def test_nothing_to_do_and_nobody_there_to_do_it_is_no_green_light() -> None:
    assert state_of([a_sample(consumers=0)]) is State.UNKNOWN


@pytest.mark.parametrize("waiting", [{}, {"lag": lambda s: 500 - s, "oldest_unread_id": moving}])
def test_after_a_loss_of_data_nothing_is_ok_until_somebody_could_have_seen_it(
    waiting: dict[str, Any],
) -> None:
    window = a_history(TEN, **waiting)
    assert state_of(window, whole_seconds=WHOLE_AFTER - 1) is State.UNKNOWN
    assert state_of(window, whole_seconds=WHOLE_AFTER) is State.OK


def test_a_loss_of_data_hides_nothing_worse() -> None:
    assert state_of(a_history(TEN, lag=3), whole_seconds=1) is State.STALLED


def test_a_lag_that_was_ever_0_is_ok() -> None:
    window = a_history(
        TEN, entries_added=lambda s: 1000 + 50 * s, lag=lambda s: 0 if s == 4 else 50, oldest_unread_id=moving
    )
    assert state_of(window) is State.OK


def test_a_lag_that_was_0_and_is_not_known_now_is_unknown() -> None:
    window = a_history(range(5), lag=lambda s: None if s == 4 else 0, oldest_unread_id=moving)
    assert state_of(window) is State.UNKNOWN


def test_a_lag_that_grows_while_it_is_worked_on_is_behind() -> None:
    window = a_history(
        TEN, entries_added=lambda s: 1000 + 50 * s, lag=lambda s: 100 + 20 * s, oldest_unread_id=moving
    )
    assert state_of(window) is State.BEHIND


def test_a_lag_that_stays_the_same_while_events_arrive_is_behind() -> None:
    window = a_history(TEN, entries_added=lambda s: 1000 + 50 * s, lag=100, oldest_unread_id=moving)
    assert state_of(window) is State.BEHIND


def test_a_lag_that_shrinks_is_ok() -> None:
    window = a_history(TEN, lag=lambda s: 50_000 - 100 * s, oldest_unread_id=moving)
    assert state_of(window) is State.OK


def test_nothing_acknowledged_and_the_oldest_unchanged_is_stalled() -> None:
    assert state_of(a_history(TEN, lag=3)) is State.STALLED


def test_a_growing_lag_of_which_nothing_is_done_is_stalled_not_behind() -> None:
    window = a_history(TEN, entries_added=lambda s: 1000 + s, lag=lambda s: 3 + s)
    assert state_of(window) is State.STALLED


def test_reading_on_and_finishing_nothing_is_stalled() -> None:
    window = a_history(
        TEN, lag=lambda s: 100 - 10 * s, pending=lambda s: 10 + 10 * s, oldest_unread_id=moving
    )
    assert state_of(window) is State.STALLED


def test_pending_entries_that_nobody_finishes_are_stalled_although_the_lag_is_0() -> None:
    assert state_of(a_history(TEN, pending=7)) is State.STALLED


def test_an_entry_stuck_for_minutes_is_stalled_although_others_pass_it() -> None:
    window = a_history(TEN, entries_added=lambda s: 1000 + 50 * s, pending=1)
    assert state_of(window, STUCK_AFTER - 1) is State.OK
    assert state_of(window, STUCK_AFTER) is State.STALLED


@pytest.mark.parametrize("waiting", [{"lag": 3}, {"lag": None}, {"pending": 1}])
def test_work_that_nobody_is_there_for_is_stalled_from_the_first_sample_on(
    waiting: dict[str, Any],
) -> None:
    assert state_of([a_sample(consumers=0, **waiting)]) is State.STALLED


def test_events_in_a_stream_whose_group_does_not_exist_yet_are_stalled() -> None:
    assert state_of([a_sample(group_exists=False, lag=3, length=3, consumers=0)]) is State.STALLED


def test_neither_events_nor_a_group_is_no_green_light() -> None:
    assert state_of([a_sample(group_exists=False, length=0, consumers=0)]) is State.UNKNOWN


@pytest.mark.parametrize("seconds", [1, 5, 9])
def test_too_few_samples_of_a_lag_that_does_not_fall_are_unknown(seconds: int) -> None:
    assert state_of(a_history(range(seconds), lag=3)) is State.UNKNOWN


def test_two_samples_of_a_falling_lag_are_enough() -> None:
    assert state_of(a_history(range(2), lag=lambda s: 300 - s)) is State.OK


def test_an_uncounted_lag_is_unknown_while_something_moves() -> None:
    assert state_of(a_history(TEN, lag=None, oldest_unread_id=moving)) is State.UNKNOWN


def test_an_uncounted_lag_of_which_nothing_moves_is_stalled() -> None:
    assert state_of(a_history(TEN, lag=None)) is State.STALLED
