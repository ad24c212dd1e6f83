"""The latest samples of one stream and group, and what they say together."""

import math
from collections import deque
from collections.abc import Sequence

from services.feed.ops.numbers import GroupNumbers, Outlook, State
from services.feed.ops.rates import Forecast, forecast, rates, since_reset
from services.feed.ops.samples import GroupSample
from services.feed.ops.states import WINDOW, judge
from shared.timestamps import from_epoch_ms

KEPT = 60
"""Samples kept: one minute."""

_SPACING_MS = 900
"""Samples closer than that are looked at but not kept, so that ten kept ones are ten seconds."""

_LONGEST_WINDOW_MS = 20_000
"""What was seen before a longer silence of Redis says nothing about now."""


class History:
    """Remembers samples, the longest pending entry, when the stream went back and the state began."""

    def __init__(self) -> None:
        self._kept: deque[GroupSample] = deque(maxlen=KEPT)
        self._oldest_pending: tuple[str | None, int] = (None, 0)
        self._state: tuple[State, int] | None = None
        self._reset_ms: int | None = None

    def add(self, sample: GroupSample) -> GroupNumbers:
        """Take a new sample in and return the numbers of its moment."""
        if sample.oldest_pending_id != self._oldest_pending[0]:
            self._oldest_pending = (sample.oldest_pending_id, sample.at_ms)
        if self._kept and sample.entries_added < self._kept[-1].entries_added:
            self._reset_ms = sample.at_ms
        window = self._window(sample)
        if not self._kept or not 0 <= sample.at_ms - self._kept[-1].at_ms < _SPACING_MS:
            self._kept.append(sample)
        return self._numbers(window)

    def _window(self, sample: GroupSample) -> Sequence[GroupSample]:
        recent = [s for s in self._kept if 0 <= sample.at_ms - s.at_ms <= _LONGEST_WINDOW_MS]
        return since_reset([*recent[-(WINDOW - 1) :], sample])

    def _numbers(self, window: Sequence[GroupSample]) -> GroupNumbers:
        last = window[-1]
        found = rates(window)
        stuck_id, stuck_ms = self._oldest_pending
        state = judge(
            window,
            found,
            stuck_seconds=0.0 if stuck_id is None else (last.at_ms - stuck_ms) / 1000,
            whole_seconds=math.inf if self._reset_ms is None else (last.at_ms - self._reset_ms) / 1000,
        )
        # The rates are means of ten seconds, and what was done before the work stopped finishes nothing now.
        ahead = Forecast(Outlook.NEVER) if state is State.STALLED else forecast(window, found)
        if self._state is None or self._state[0] is not state:
            self._state = (state, last.at_ms)
        return GroupNumbers(
            stream=last.stream,
            length=last.length,
            group=last.group,
            lag=last.lag,
            pending=last.pending,
            oldest_age_seconds=last.age_seconds(last.oldest_id),
            oldest_unread_age_seconds=last.age_seconds(last.oldest_unread_id),
            oldest_pending_age_seconds=last.age_seconds(last.oldest_pending_id),
            arrival_per_second=_rounded(found.arrival),
            drain_per_second=_rounded(found.drain),
            seconds_to_drain=_rounded(ahead.seconds),
            outlook=ahead.outlook,
            consumers=last.consumers,
            consumers_dead=last.consumers_dead,
            redeliveries=last.redeliveries,
            dead_letters=last.dead_letters,
            reset_at=None if self._reset_ms is None else from_epoch_ms(self._reset_ms),
            state=state,
            since=from_epoch_ms(self._state[1]),
        )


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 2)
