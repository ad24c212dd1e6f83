"""What `newswire backlog --check` says and ends with: nothing and 0 when all is well: cron stays quiet."""

from collections.abc import Iterator
from typing import Any

from services.cli.printing import one_line

EXIT_CODES = {"ok": 0, "behind": 3, "stalled": 4, "unknown": 5}
"""By the state of the backlog. 1 and 2 are what they are everywhere: not to be asked, wrong usage."""


def exit_code(numbers: dict[str, Any]) -> int:
    """Return the code for a backlog; a state that this command does not know is not known."""
    return EXIT_CODES.get(numbers["state"], EXIT_CODES["unknown"])


def complaints(numbers: dict[str, Any]) -> Iterator[str]:
    """Yield a line for the whole, and one for each group that is not ok and each endpoint that is held up."""
    if numbers["state"] == "ok":
        return
    reason = f": {one_line(numbers['reason'])}" if numbers.get("reason") else ""
    yield f"newswire: the backlog is {one_line(numbers['state'])} since {one_line(numbers['since'])}{reason}"
    for row in numbers["streams"]:
        if row["state"] != "ok":
            yield f"{_told(row, 'group', 'stream')}: {_told(row, 'state')} ({_counts(row)})"
    for row in numbers["endpoints"]:
        if row["past_due"]:
            late = (
                f"{_told(row, 'past_due')} past due, the oldest by {_told(row, 'oldest_past_due_seconds')} s"
            )
            yield f"{_told(row, 'endpoint', 'url')}: {late}"


def _counts(row: dict[str, Any]) -> str:
    names = ("lag", "pending", "oldest_age_seconds", "consumers")
    return ", ".join(f"{name} {'unknown' if row[name] is None else one_line(row[name])}" for name in names)


def _told(row: dict[str, Any], *names: str) -> str:
    return " ".join(one_line(row[name]) for name in names)
