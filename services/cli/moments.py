"""Points in time as people write them on a command line."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_AGO = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read_moment(text: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment that `2026-03-02T12:00:00Z`, `2026-03-02` or `90m` (ago; s, m, h, d) stands for.

    A date means midnight, and a time without an offset is meant, in `zone`. Raises `ValueError`.
    """
    ago = _AGO.fullmatch(text)
    if ago:
        try:
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        except OverflowError as error:
            raise ValueError("that is before the year 1") from error
    try:
        moment = datetime.combine(date.fromisoformat(text), time())
    except ValueError:
        moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
