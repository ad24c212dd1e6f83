"""When an endpoint that fails is left in peace, and when it is given up: figures for the queue, a rule."""

from datetime import datetime, timedelta

OPENS_AFTER = 10
"""Failures in a row; from then on one delivery at a time probes the endpoint, until one succeeds."""

FIRST_PAUSE = timedelta(seconds=1)
"""Between the failure that opens the breaker and the first probe; doubled with every probe that fails."""

LONGEST_PAUSE = timedelta(seconds=5)
"""Bounds how long an endpoint that works again waits for its backlog."""

DISABLED_AFTER = timedelta(days=5)
"""Of nothing but failures."""


def complaint(failing_since: datetime | None, now: datetime) -> str | None:
    """Return why an endpoint is disabled that has only failed since then, None when it is not."""
    if failing_since is None or now - failing_since < DISABLED_AFTER:
        return None
    return f"Nothing but failures since {failing_since:%Y-%m-%d %H:%M} UTC."
