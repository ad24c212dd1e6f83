"""Scripted histories: samples in which everything is idle and well until a test says otherwise."""

from collections.abc import Iterable
from typing import Any

from services.feed.ops.samples import GroupSample
from shared.timestamps import epoch_ms
from tests.builders import NOON

START_MS = epoch_ms(NOON)


def a_sample(second: float = 0, **fields: Any) -> GroupSample:
    """Return a sample `second` seconds after noon: a stream of 1,000 entries, all read and acknowledged.

    With a lag or pending entries, the oldest of them has the id of noon unless it is given.
    """
    lag, pending = fields.get("lag", 0), fields.get("pending", 0)
    given: dict[str, Any] = {
        "stream": "newswire:{p0}:events",
        "group": "feeds",
        "at_ms": START_MS + round(second * 1000),
        "length": 1000,
        "entries_added": 1000,
        "lag": 0,
        "pending": 0,
        "oldest_unread_id": None if lag == 0 else f"{START_MS}-1",
        "oldest_pending_id": f"{START_MS}-0" if pending else None,
        "consumers": 2,
        "consumers_dead": 0,
        "dead_letters": 0,
    }
    return GroupSample(**(given | fields))


def a_history(seconds: Iterable[int], **series: Any) -> list[GroupSample]:
    """Return one sample for each second; a field given as a function is asked with the second."""
    return [
        a_sample(
            second, **{name: value(second) if callable(value) else value for name, value in series.items()}
        )
        for second in seconds
    ]


def moving(second: int) -> str:
    """Return an oldest id that is another one each second."""
    return f"{START_MS + second}-0"
