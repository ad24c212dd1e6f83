from datetime import timedelta

from services.feed.ops.history import History
from services.feed.ops.numbers import GroupNumbers, Outlook, State
from services.feed.ops.samples import GroupSample
from tests.builders import NOON
from tests.feed.ops.scripted import START_MS, a_history, a_sample


def last_of(samples: list[GroupSample]) -> GroupNumbers:
    history = History()
    return [history.add(sample) for sample in samples][-1]


def test_ages_are_those_of_the_oldest_unread_and_the_oldest_pending_entry() -> None:
    sample = a_sample(
        60, lag=1, pending=1, oldest_unread_id=f"{START_MS + 50_000}-0", oldest_pending_id=f"{START_MS}-0"
    )
    numbers = last_of([sample])
    assert numbers.oldest_unread_age_seconds == 10
    assert numbers.oldest_pending_age_seconds == 60
    assert numbers.oldest_age_seconds == 60


def test_the_oldest_of_two_ids_is_told_by_number_not_by_letter() -> None:
    sample = a_sample(1, lag=1, pending=1, oldest_unread_id="9-10", oldest_pending_id="9-9")
    assert sample.oldest_id == "9-9"


def test_without_anything_waiting_the_age_is_0() -> None:
    assert last_of([a_sample()]).oldest_age_seconds == 0


def test_looks_between_two_seconds_do_not_shorten_the_window() -> None:
    history = History()
    for tenth in range(50):
        numbers = history.add(a_sample(tenth / 10, lag=3))
    assert numbers.state is State.UNKNOWN  # 50 samples, and five seconds all the same
    for tenth in range(50, 100):
        numbers = history.add(a_sample(tenth / 10, lag=3))
    assert numbers.state is State.STALLED


def test_a_silence_of_redis_starts_the_window_anew() -> None:
    numbers = last_of([*a_history(range(10), lag=3), a_sample(100, lag=3)])
    assert numbers.state is State.UNKNOWN
    assert numbers.arrival_per_second is None


def test_a_server_clock_that_was_set_back_starts_the_window_anew() -> None:
    numbers = last_of([*a_history(range(1000, 1010), lag=3), *a_history(range(10), lag=3)])
    assert numbers.state is State.STALLED


def test_since_tells_when_the_state_began() -> None:
    samples = [*a_history(range(3)), *a_history(range(3, 8), lag=3, consumers=0)]
    assert last_of(samples).since == NOON + timedelta(seconds=3)


def test_one_entry_that_stays_the_oldest_pending_for_five_minutes_is_stalled() -> None:
    busy = a_history(range(300), entries_added=lambda s: 1000 + 9 * s, pending=1)
    assert last_of(busy).state is State.OK
    assert last_of([*busy, a_sample(300, entries_added=4000, pending=1)]).state is State.STALLED


def test_a_stopped_consumer_never_drains() -> None:
    numbers = last_of(a_history(range(12), entries_added=lambda s: 1000 + 2 * s, lag=lambda s: 5 + 2 * s))
    assert (numbers.state, numbers.outlook) == (State.STALLED, Outlook.NEVER)
    assert numbers.seconds_to_drain is None
    assert (numbers.arrival_per_second, numbers.drain_per_second) == (2, 0)


def test_work_that_was_done_before_the_consumers_died_promises_nothing() -> None:
    busy = a_history(range(8), entries_added=lambda s: 1000 + 50 * s)
    numbers = last_of([*busy, a_sample(8, entries_added=1400, lag=50, consumers=0)])
    assert (numbers.drain_per_second or 0) > 0
    assert (numbers.state, numbers.outlook) == (State.STALLED, Outlook.NEVER)


def test_a_flushed_stream_is_judged_by_what_came_after_and_told_to_have_lost_something() -> None:
    before = a_history(range(10), entries_added=lambda s: 1000 + 90 * s, lag=800)
    numbers = last_of([*before, *a_history(range(10, 12), entries_added=5, length=5)])
    assert (numbers.state, numbers.arrival_per_second) == (State.UNKNOWN, 0)
    assert numbers.reset_at == NOON + timedelta(seconds=10)


def test_a_stream_that_lost_its_last_entries_is_told_too() -> None:
    numbers = last_of([*a_history(range(5)), a_sample(5, entries_added=999), *a_history(range(6, 9))])
    assert (numbers.state, numbers.reset_at) == (State.UNKNOWN, NOON + timedelta(seconds=5))


def test_ten_minutes_after_a_loss_it_is_judged_as_any_other() -> None:
    numbers = last_of([a_sample(0), *a_history(range(1, 620), entries_added=5)])
    assert (numbers.state, numbers.since) == (State.OK, NOON + timedelta(seconds=601))
