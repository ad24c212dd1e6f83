"""How often a client may call: a token bucket for each, which fills at a steady pace. Pure; O(1) a call."""

from collections import OrderedDict
from dataclasses import dataclass, field

_MOST_CLIENTS = 10_000
"""Buckets that are remembered; whoever called longest ago is forgotten, and begins with a full one."""


@dataclass
class Pace:
    """`per_second` calls in the long run, up to `burst` of them at once, for each client by itself."""

    per_second: float
    burst: float
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, client: str, now: float) -> float:
        """Take one call of a client's, and return 0; or the seconds until it may call again, and take none.

        `now` is in seconds, on a clock that never goes back.
        """
        left, seen = self._buckets.pop(client, (self.burst, now))
        left = min(self.burst, left + (now - seen) * self.per_second)
        allowed = left >= 1
        self._buckets[client] = (left - 1 if allowed else left, now)
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self.per_second
