"""Numbers as people read them: counts, rates, durations, moments. What is not known is `unknown`."""

from datetime import datetime

from services.feed.ops.numbers import GroupNumbers, Outlook

UNKNOWN = "unknown"

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def count(number: float | None) -> str:
    """Return `12,345`."""
    return UNKNOWN if number is None else f"{number:,.0f}"


def rate(number: float | None) -> str:
    """Return `0.4/s`, `12/s`."""
    if number is None:
        return UNKNOWN
    return f"{number:,.0f}/s" if number >= 10 or number == 0 else f"{number:.1f}/s"  # noqa: PLR2004 - two digits


def duration(seconds: float | None) -> str:
    """Return the two largest units, such as `45 s`, `3 min 20 s`, `19 d 4 h`."""
    if seconds is None:
        return UNKNOWN
    whole = int(seconds)
    if whole < _MINUTE:
        return f"{seconds:.1f} s" if 0 < seconds < 10 else f"{whole} s"  # noqa: PLR2004 - two digits
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def milliseconds(number: float | None) -> str:
    """Return `12 ms`, and from ten seconds on as a duration."""
    if number is None:
        return UNKNOWN
    return f"{number:,.0f} ms" if number < 10_000 else duration(number / 1000)  # noqa: PLR2004 - five digits


def share(part: float | None) -> str:
    """Return `99.5 %`; only a full share is `100 %`."""
    if part is None:
        return UNKNOWN
    return "100 %" if part == 1 else f"{min(part * 100, 99.9):.1f} %"


def moment(at: datetime | None, otherwise: str = UNKNOWN) -> str:
    """Return `2026-03-02 12:00:05 UTC`."""
    return otherwise if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def ago(at: datetime | None, now: datetime) -> str:
    """Return `3 min 20 s ago`, `never` for no moment."""
    return "never" if at is None else f"{duration(max(0.0, (now - at).total_seconds()))} ago"


def time_to_drain(numbers: GroupNumbers) -> str:
    """Return how long until nothing waits: a duration, `nothing waits`, `never` or `unknown`."""
    match numbers.outlook:
        case Outlook.EMPTY:
            return "nothing waits"
        case Outlook.DRAINING:
            return duration(numbers.seconds_to_drain)
        case _:
            return numbers.outlook.value


def events(number: int) -> str:
    """Return `1 event`, `1,200 events`."""
    return f"{number:,} event{'' if number == 1 else 's'}"
