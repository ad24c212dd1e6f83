"""One look at every stream and group: a single pipeline, and a second one only while something is unread."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from services.feed.measures.names import Totals, totals
from services.feed.ops.samples import GroupSample
from services.feed.ops.stream_report import BEGINNING, GroupReport, StreamReport, read_report
from services.feed.ops.unread import certain_lag, count_unread, first_id
from shared import keys
from shared.streams import GROUPS


@dataclass(frozen=True)
class Look:
    """What was seen, and when by the server's own clock."""

    at_ms: int
    samples: tuple[GroupSample, ...]
    totals: Totals


@dataclass(frozen=True)
class _Row:
    """A stream and group on the way to a sample."""

    partition: int
    group: str
    report: StreamReport
    dead_letters: int
    redeliveries: int

    @property
    def stream(self) -> str:
        return keys.events(self.partition)

    @property
    def found(self) -> GroupReport:
        """The group; one that does not exist yet has everything before it."""
        return self.report.group(self.group) or GroupReport(BEGINNING, None, 0, None, ())

    @property
    def lag(self) -> int | None:
        return certain_lag(self.report, self.found)


async def look(redis: "Redis", partitions: int) -> Look:
    """Return what Redis says of every stream and group. Raises redis-py's errors when it does not."""
    at_ms, tally, rows = await _reports(redis, partitions)
    unread = await _oldest_unread(redis, rows)
    samples = [
        _sample(row, at_ms, await _lag(redis, row), unread.get((row.stream, row.group))) for row in rows
    ]
    return Look(at_ms, tuple(samples), tally)


async def _reports(redis: "Redis", partitions: int) -> tuple[int, Totals, list[_Row]]:
    pipe = redis.pipeline(transaction=False)
    pipe.time()
    pipe.hgetall(keys.tally())
    for partition in range(partitions):
        # redis-py's own `xinfo_stream(full=True)` cannot limit the entries it asks for.
        pipe.execute_command("XINFO STREAM", keys.events(partition), "FULL", "COUNT", 1, full=True)
        for group in GROUPS:
            pipe.xlen(keys.dead_letters(partition, group))
    now, stored, *replies = [_unless_failed(r) for r in await pipe.execute(raise_on_error=False)]
    seconds, microseconds = now
    tally = totals(stored)
    rows = []
    step = 1 + len(GROUPS)
    for partition in range(partitions):
        reply, *dead_letters = replies[partition * step : (partition + 1) * step]
        report = StreamReport() if reply is None else read_report(reply)
        rows += [
            _Row(partition, group, report, int(count), tally.redelivered.get((partition, group), 0))
            for group, count in zip(GROUPS, dead_letters, strict=True)
        ]
    return seconds * 1000 + microseconds // 1000, tally, rows


def _unless_failed(reply: Any) -> Any:
    """Return a reply of the pipeline, None for a stream that does not exist; raise what failed otherwise."""
    if isinstance(reply, ResponseError) and "no such key" in str(reply):
        return None
    if isinstance(reply, Exception):
        raise reply
    return reply


async def _oldest_unread(redis: "Redis", rows: list[_Row]) -> Mapping[tuple[str, str], str | None]:
    waiting = [row for row in rows if row.lag != 0]
    if not waiting:
        return {}
    pipe = redis.pipeline(transaction=False)
    for row in waiting:
        pipe.xrange(row.stream, min=f"({row.found.last_delivered_id}", count=1)
    pages = await pipe.execute()
    return {(row.stream, row.group): first_id(page) for row, page in zip(waiting, pages, strict=True)}


async def _lag(redis: "Redis", row: _Row) -> int | None:
    if row.lag is not None:
        return row.lag
    return await count_unread(redis, row.stream, row.found.last_delivered_id)


def _sample(row: _Row, at_ms: int, lag: int | None, oldest_unread_id: str | None) -> GroupSample:
    found = row.found
    alive = found.alive(at_ms)
    return GroupSample(
        stream=row.stream,
        group=row.group,
        at_ms=at_ms,
        length=row.report.length,
        entries_added=row.report.entries_added,
        lag=lag,
        pending=found.pending,
        oldest_unread_id=oldest_unread_id,
        oldest_pending_id=found.oldest_pending_id,
        consumers=alive,
        consumers_dead=len(found.consumers) - alive,
        dead_letters=row.dead_letters,
        redeliveries=row.redeliveries,
        group_exists=row.report.group(row.group) is not None,
    )
