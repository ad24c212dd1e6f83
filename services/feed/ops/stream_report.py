"""Reads the answer to `XINFO STREAM … FULL COUNT 1`: one consistent look at a stream and all its groups.

https://valkey.io/commands/xinfo-stream/ - the stream's first entry, and for each group the first of its
pending entries and all of its consumers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FREE_WITHIN_MS = 5_000
"""A consumer with nothing in hand asks for work every second; one that has not for so long counts as dead."""

BUSY_WITHIN_MS = 10_000
"""The same for one that may be at work on what it read last."""

BEGINNING = "0-0"
"""Where every group of ours starts, and so where one will start that does not exist yet."""


@dataclass(frozen=True)
class ConsumerReport:
    """One consumer as Redis describes it: when it last asked for work, and whether it has some in hand."""

    seen_ms: int
    busy: bool

    def alive(self, now_ms: int) -> bool:
        """Whether it asked lately enough, by the server's clock."""
        return now_ms - self.seen_ms < (BUSY_WITHIN_MS if self.busy else FREE_WITHIN_MS)


@dataclass(frozen=True)
class GroupReport:
    """One consumer group as Redis describes it."""

    last_delivered_id: str
    lag: int | None
    """As Redis counts it: nil after XDEL, and too high when unread entries were trimmed away."""
    pending: int
    oldest_pending_id: str | None
    consumers: tuple[ConsumerReport, ...]

    def alive(self, now_ms: int) -> int:
        """Return how many consumers are alive."""
        return sum(consumer.alive(now_ms) for consumer in self.consumers)


@dataclass(frozen=True)
class StreamReport:
    """One stream as Redis describes it; an absent one is an empty one without groups."""

    length: int = 0
    entries_added: int = 0
    first_id: str | None = None
    last_generated_id: str = BEGINNING
    groups: Mapping[str, GroupReport] | None = None

    def group(self, name: str) -> GroupReport | None:
        """Return one group, or None when it does not exist."""
        return (self.groups or {}).get(name)


def read_report(reply: Mapping[Any, Any]) -> StreamReport:
    """Return the report in redis-py's reply, whose names are text or bytes depending on their depth."""
    stream = _text_names(reply)
    groups = [_text_names(group) for group in stream["groups"]]
    return StreamReport(
        length=int(stream["length"]),
        entries_added=int(stream["entries-added"]),
        first_id=next((_text(entry_id) for entry_id in stream["entries"]), None),
        last_generated_id=_text(stream["last-generated-id"]),
        groups={_text(group["name"]): _group(group) for group in groups},
    )


def _group(group: Mapping[str, Any]) -> GroupReport:
    lag = group["lag"]
    consumers = [_text_names(consumer) for consumer in group["consumers"]]
    return GroupReport(
        last_delivered_id=_text(group["last-delivered-id"]),
        lag=None if lag is None else int(lag),
        pending=int(group["pel-count"]),
        oldest_pending_id=next((_text(entry[0]) for entry in group["pending"]), None),
        consumers=tuple(ConsumerReport(int(c["seen-time"]), bool(c["pel-count"])) for c in consumers),
    )


def _text_names(fields: Mapping[Any, Any]) -> dict[str, Any]:
    return {_text(name): value for name, value in fields.items()}


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
