"""How fast entries come and go, and when what waits will be gone: worked out from two or more samples."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.feed.ops.numbers import Outlook
from services.feed.ops.samples import GroupSample

_SHORTEST_SPAN = 0.5
"""Seconds between two samples below which a rate would be noise."""


@dataclass(frozen=True)
class Rates:
    """Entries a second; None while too little was seen."""

    arrival: float | None = None
    drain: float | None = None


@dataclass(frozen=True)
class Forecast:
    """When what waits is gone; `seconds` is None when it never is or nobody knows."""

    outlook: Outlook
    seconds: float | None = None


def since_reset(window: Sequence[GroupSample]) -> Sequence[GroupSample]:
    """Return the samples after the stream's counter last went backwards: since then it is another stream."""
    resets = [i for i in range(1, len(window)) if window[i].entries_added < window[i - 1].entries_added]
    return window[resets[-1] :] if resets else window


def rates(window: Sequence[GroupSample]) -> Rates:
    """Return the mean rates over the window.

    What drained is what arrived less what the backlog grew by. Unlike `entries-read`, that holds after XDEL
    and trims too.
    """
    samples = since_reset(window)
    first, last = samples[0], samples[-1]
    span = (last.at_ms - first.at_ms) / 1000
    if span < _SHORTEST_SPAN:
        return Rates()
    arrival = (last.entries_added - first.entries_added) / span
    return Rates(arrival, _drain([s for s in samples if s.outstanding is not None], last))


def _drain(counted: Sequence[GroupSample], last: GroupSample) -> float | None:
    if not counted or counted[-1] is not last:
        return None
    first = counted[0]
    span = (last.at_ms - first.at_ms) / 1000
    if span < _SHORTEST_SPAN or first.outstanding is None or last.outstanding is None:
        return None
    grown = last.outstanding - first.outstanding
    return max(0.0, (last.entries_added - first.entries_added - grown) / span)


def forecast(window: Sequence[GroupSample], found: Rates) -> Forecast:
    """Return lag / (drain - arrival), or `never` when the lag does not shrink.

    A group that was level with its stream within the window keeps up: what waits at this instant goes at
    the speed of the drain, although the difference of the rates is then about nothing.
    """
    last = window[-1]
    if last.idle:
        return Forecast(Outlook.EMPTY, 0.0)
    if last.lag is None or found.arrival is None or found.drain is None:
        return Forecast(Outlook.UNKNOWN)
    speed = found.drain - found.arrival
    if any(sample.lag == 0 for sample in since_reset(window)):
        speed = found.drain
    if speed <= 0:
        return Forecast(Outlook.NEVER)
    return Forecast(Outlook.DRAINING, (last.lag or last.pending) / speed)
