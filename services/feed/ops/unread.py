"""What a group has not read yet: how many entries, counted by ourselves where Redis is unsure."""

from typing import Any, cast

from redis.asyncio import Redis

from services.feed.ops.samples import id_order
from services.feed.ops.stream_report import GroupReport, StreamReport

COUNTED_ENTRIES = 10_000
"""Beyond so many the lag is not known. Redis is never asked to hand out a whole backlog each second."""

COUNTED_BYTES = 16 * 1024 * 1024

_PAGE = 200

Entries = list[tuple[bytes, dict[bytes, Any]]]
"""XRANGE's reply on a client that decodes nothing."""


def certain_lag(stream: StreamReport, group: GroupReport) -> int | None:
    """Return the number of unread entries where Redis's report makes it certain, else None.

    Redis counts `entries-added` less `entries-read`, so entries that were trimmed away unread would count;
    it says nil once entries in the middle were deleted.
    """
    last_read = id_order(group.last_delivered_id)
    if stream.first_id is None or last_read >= id_order(stream.last_generated_id):
        return 0
    if last_read < id_order(stream.first_id):
        return stream.length
    return None if group.lag is None else min(group.lag, stream.length)


async def count_unread(redis: "Redis", stream: str, after: str) -> int | None:
    """Return how many entries follow `after`, or None beyond `COUNTED_ENTRIES` or `COUNTED_BYTES`."""
    counted = size = 0
    while counted < COUNTED_ENTRIES and size < COUNTED_BYTES:
        page = cast("Entries", await redis.xrange(stream, min=f"({after}", count=_PAGE))
        counted += len(page)
        if len(page) < _PAGE:
            return counted
        size += sum(len(value) for _, fields in page for value in fields.values())
        after = page[-1][0].decode()
    return None


def first_id(page: Entries) -> str | None:
    """Return the id of the first entry of an XRANGE reply."""
    return page[0][0].decode() if page else None
