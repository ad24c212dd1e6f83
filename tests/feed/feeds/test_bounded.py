"""A bounded memory keeps what is used and stays within its size."""

from hypothesis import given
from hypothesis import strategies as st

from services.feed.feeds.bounded import BoundedMemory


@given(st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=40))))
def test_it_never_grows_beyond_its_size_and_never_mixes_up(steps: list[tuple[int, bytes]]) -> None:
    memory: BoundedMemory[int, bytes] = BoundedMemory(64, len)
    latest: dict[int, bytes] = {}
    for key, value in steps:
        memory.keep(key, value)
        latest[key] = value
        kept = {k: found for k in latest if (found := memory.get(k)) is not None}
        assert sum(map(len, kept.values())) <= 64
        assert all(latest[k] == found for k, found in kept.items())


def test_what_was_not_used_for_longest_goes_first() -> None:
    memory: BoundedMemory[str, bytes] = BoundedMemory(2, len)
    memory.keep("a", b"1")
    memory.keep("b", b"2")
    memory.get("a")
    memory.keep("c", b"3")
    assert (memory.get("a"), memory.get("b"), memory.get("c")) == (b"1", None, b"3")
