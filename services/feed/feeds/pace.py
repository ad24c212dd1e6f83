"""How often a feed is made anew while articles pour in: at once as long as few come, seldom in a burst.

Without it a feed that is polled all the time would be made after every batch of a burst. Only decisions.
"""

from collections import deque

_MOMENT, _MANY_AT_ONCE = 0.25, 75
_WHILE, _MANY, _FEW = 1.0, 160, 120
"""A burst begins with many articles in a moment or in a while, and ends with few in a while (seconds)."""

_SHORTEST, _LONGEST = 0.25, 5.0


class Pace:
    """Watches how fast articles are applied; all times are seconds of one clock that never goes back."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        self._burst_began: float | None = None

    def saw(self, articles: int, now: float) -> None:
        """Take note of how many articles were applied since the last call; to be told of none, too."""
        if articles:
            self._seen.append((now, articles))
        while self._seen and self._seen[0][0] < now - _WHILE:
            self._seen.popleft()
        lately = sum(count for _, count in self._seen)
        if lately < _FEW:
            self._burst_began = None
        if self._burst_began is None and (lately >= _MANY or self._at_once(now) >= _MANY_AT_ONCE):
            self._burst_began = now

    def spacing(self, now: float) -> float:
        """Return for how many seconds a feed may be given out although it has changed; 0 outside of bursts.

        The longer a burst, the larger, so that a long one costs a feed few renditions more than a short one.
        """
        if self._burst_began is None:
            return 0.0
        return min(_LONGEST, max(_SHORTEST, now - self._burst_began))

    def _at_once(self, now: float) -> int:
        return sum(count for at, count in self._seen if at >= now - _MOMENT)
