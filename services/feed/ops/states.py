"""When a consumer group is ok, behind or stalled: LinkedIn Burrow's rules over the last ten samples.

https://github.com/linkedin/Burrow/wiki/Consumer-Lag-Evaluation-Rules - there is no limit to the lag itself;
what counts is whether work goes on. Beyond Burrow: entries that were read and never finished are work too;
work that nobody is there for is stalled from the first sample on; and where nobody is there, or the store has
just lost what it held, that nothing waits is no green light.
"""

from collections.abc import Sequence

from services.feed.ops.numbers import State
from services.feed.ops.rates import Rates
from services.feed.ops.samples import GroupSample

WINDOW = 10
"""Samples that the rules look at: ten seconds."""

STUCK_AFTER = 300.0
"""Seconds for which one entry may stay the oldest pending one; five tries of 10 s each are long over."""


WHOLE_AFTER = 600.0
"""Seconds for which nothing is called ok after the stream went back: somebody must see that data is gone."""


def judge(
    window: Sequence[GroupSample], found: Rates, *, stuck_seconds: float, whole_seconds: float
) -> State:
    """Return the state that the latest sample and those before it show.

    `found` are the rates over the window; `stuck_seconds` is for how long the oldest pending entry has been
    the same one; `whole_seconds` is since when the stream has lost nothing.
    """
    state = _judge(window, found, stuck_seconds)
    return State.UNKNOWN if state is State.OK and whole_seconds < WHOLE_AFTER else state


def _judge(window: Sequence[GroupSample], found: Rates, stuck_seconds: float) -> State:
    last = window[-1]
    if not last.group_exists and last.length == 0:
        return State.UNKNOWN  # nothing was ever published, or all of it is gone: not a green light
    if last.idle:
        return State.OK if last.consumers else State.UNKNOWN
    if last.consumers == 0 or stuck_seconds >= STUCK_AFTER or _nothing_moves(window, found):
        return State.STALLED
    if last.lag is not None and any(sample.lag == 0 for sample in window):
        return State.OK
    return _trend(window)


def _nothing_moves(window: Sequence[GroupSample], found: Rates) -> bool:
    """Whether nothing was acknowledged over a whole window, and the same entry is the oldest still."""
    if len(window) < WINDOW or len({sample.oldest_id for sample in window}) > 1:
        return False
    if found.drain is None:
        return len({(sample.oldest_unread_id, sample.pending) for sample in window}) == 1
    return found.drain == 0


def _trend(window: Sequence[GroupSample]) -> State:
    first, last = window[0].outstanding, window[-1].outstanding
    if first is None or last is None:
        return State.UNKNOWN
    if last < first:
        return State.OK
    return State.BEHIND if len(window) >= WINDOW else State.UNKNOWN
