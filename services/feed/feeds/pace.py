"""How often a feed is made anew while articles pour in: at once as long as few come, seldom in a burst.

Without it a feed that is polled all the time would be made after every batch of a burst. Only decisions.
"""

from collections import deque

_WINDOW = 0.25
_MANY, _FEW = 75, 40
"""Articles in a window that begin and that end a burst: 300 and 160 a second."""

_SHORTEST, _LONGEST = 0.25, 2.0


class Pace:
    """Watches how fast articles are applied; all times are seconds of one clock that never goes back."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        self._burst_began: float | None = None

    def saw(self, articles: int, now: float) -> None:
        """Take note of how many articles were applied since the last call; to be told of none, too."""
        if articles:
            self._seen.append((now, articles))
        while self._seen and self._seen[0][0] < now - _WINDOW:
            self._seen.popleft()
        lately = sum(count for _, count in self._seen)
        if lately >= _MANY:
            self._burst_began = self._burst_began or now
        elif lately < _FEW:
            self._burst_began = None

    def spacing(self, now: float) -> float:
        """Return for how many seconds a feed may be given out although it has changed; 0 outside of bursts.

        The longer a burst, the larger: what a feed costs grows with the logarithm of the burst's length.
        """
        if self._burst_began is None:
            return 0.0
        return min(_LONGEST, max(_SHORTEST, now - self._burst_began))
