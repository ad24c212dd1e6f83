"""When a failed delivery is tried again, and when it is given up. The schedule is data."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

JITTER = 0.2
"""How far a wait may differ from its step, either way, so that what failed together returns apart."""

_ALWAYS_GRANTED = 60.0
"""Seconds that a receiver may always ask for, however short the step."""

_MINUTE, _HOUR = 60.0, 3600.0


@dataclass(frozen=True)
class RetrySchedule:
    """The waits after each failed attempt, in seconds; after the last one the delivery is dead."""

    steps: tuple[float, ...] = (
        *(5.0, 5 * _MINUTE, 30 * _MINUTE),
        *(2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR),
    )

    def next_attempt(
        self, steps_taken: int, now: datetime, *, jitter: float, retry_after: str | None = None
    ) -> datetime | None:
        """Return when to try again, or None when the schedule is used up.

        `steps_taken` counts the waits that lie behind; `jitter` is a random number in [0, 1). `retry_after`
        is that header as it came: it moves the attempt later, never beyond twice the step (60 s are always
        granted), and never earlier.
        """
        if steps_taken >= len(self.steps):
            return None
        step = self.steps[steps_taken]
        wait = step * (1 + JITTER * (2 * jitter - 1))
        asked = asked_wait(retry_after, now)
        if asked is not None:
            wait = max(wait, min(asked, max(2 * step, _ALWAYS_GRANTED)))
        return now + timedelta(seconds=wait)


def asked_wait(retry_after: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110 §10.2.3), None when it asks for none.

    Both forms are read, seconds and HTTP date; what is neither, or lies in the past, counts as absent.
    """
    if retry_after is None:
        return None
    text = retry_after.strip()
    try:
        seconds = float(text) if text.isascii() and text.isdigit() else _until(text, now)
    except (ValueError, OverflowError):
        return None
    return seconds if seconds > 0 else None


def _until(http_date: str, now: datetime) -> float:
    moment = parsedate_to_datetime(http_date)
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
