"""The rules on any history whatever: they answer, and do not contradict themselves."""

from hypothesis import given
from hypothesis import strategies as st

from services.feed.ops.history import History
from services.feed.ops.numbers import Outlook, State
from services.feed.ops.samples import GroupSample
from tests.feed.ops.scripted import START_MS, a_sample

counts = st.integers(0, 10**9)
ids = st.none() | st.builds(
    lambda ms, n: f"{START_MS + ms}-{n}", st.integers(-(10**9), 10**6), st.integers(0, 9)
)
samples = st.builds(
    a_sample,
    st.floats(0, 100),
    length=counts,
    entries_added=counts,
    lag=st.none() | counts,
    pending=counts,
    oldest_unread_id=ids,
    oldest_pending_id=ids,
    consumers=st.integers(0, 3),
    group_exists=st.booleans(),
)


@given(st.lists(samples, min_size=1, max_size=15))
def test_any_history_gives_numbers_that_agree(script: list[GroupSample]) -> None:
    history = History()
    for sample in script:
        numbers = history.add(sample)
        known = numbers.outlook in {Outlook.EMPTY, Outlook.DRAINING}
        assert (numbers.seconds_to_drain is not None) is known
        assert min(numbers.arrival_per_second or 0, numbers.drain_per_second or 0) >= 0
        assert (numbers.oldest_age_seconds or 0) >= 0
        if numbers.state is State.OK:
            assert numbers.lag is not None
            assert numbers.consumers or not (numbers.lag or numbers.pending)
        if numbers.state is State.STALLED:
            assert numbers.outlook is Outlook.NEVER
