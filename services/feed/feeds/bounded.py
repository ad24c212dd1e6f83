"""A memory of things made once, which forgets what was not used for longest when it grows too large."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class BoundedMemory(Generic[K, V]):
    """A mapping that holds values of at most `most_bytes` together, as `size_of` counts them."""

    def __init__(self, most_bytes: int, size_of: Callable[[V], int]) -> None:
        self._most_bytes = most_bytes
        self._size_of = size_of
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._bytes = 0

    def get(self, key: K) -> V | None:
        """Return what is kept, and count it as used just now."""
        value = self._kept.get(key)
        if value is not None:
            self._kept.move_to_end(key)
        return value

    def keep(self, key: K, value: V) -> None:
        """Keep a value, in the place of an earlier one; one that is too large by itself is not kept."""
        earlier = self._kept.pop(key, None)
        if earlier is not None:
            self._bytes -= self._size_of(earlier)
        self._kept[key] = value
        self._bytes += self._size_of(value)
        while self._bytes > self._most_bytes:
            _, forgotten = self._kept.popitem(last=False)
            self._bytes -= self._size_of(forgotten)

    def forget(self, key: K) -> None:
        """Keep nothing under this key any more."""
        earlier = self._kept.pop(key, None)
        if earlier is not None:
            self._bytes -= self._size_of(earlier)
