"""Where the curves are kept (Redis): a stream for each step, an entry for each stretch of time.

The entry's id is the beginning of its stretch, and a stream takes no id twice and none that is older than its
last. So each stretch is written once, by whichever process is first; no lease is needed, and no process can
take the writing with it when it dies. Every write drops what is older than is kept.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from services.feed.ops.curve_point import CurvePoint, decode, encode, folded
from services.feed.ops.curves import Curves, curves
from services.feed.ops.unread import Entries
from shared import keys
from shared.clock import Clock
from shared.timestamps import epoch_ms, from_epoch_ms

_FIELD = b"p"

_PAGE = 1000
"""Entries in one answer: Redis is not held up by a week of sixty-four partitions."""

_WRITTEN_AFTER_MS = 2_500
"""How long after its end a stretch is kept at the latest: it would look like a gap before."""


@dataclass(frozen=True)
class Step:
    """How long a stretch is, and for how long such stretches are kept."""

    seconds: int
    kept: timedelta

    @property
    def milliseconds(self) -> int:
        """How long a stretch is."""
        return self.seconds * 1000

    @property
    def kept_ms(self) -> int:
        """For how long such stretches are kept."""
        return self.kept // timedelta(milliseconds=1)

    def start_of(self, at_ms: int) -> int:
        """Return when the stretch begins in which a moment lies (both ms)."""
        return at_ms - at_ms % self.milliseconds


FINE = Step(10, timedelta(hours=6))
COARSE = Step(60, timedelta(days=7))


def step_for(since: datetime, now: datetime) -> Step:
    """Return the finest step that still reaches back to `since`."""
    return FINE if now - since <= FINE.kept else COARSE


class CurveStore:
    """Writes and reads the curves."""

    def __init__(self, redis: "Redis", clock: Clock) -> None:
        self._redis = redis
        self._clock = clock

    async def read(self, since: datetime, until: datetime, step: Step | None = None) -> Curves:
        """Return the curves from the step that holds `since` to the last one that begins before `until`.

        Without `step`, in the finest that reaches back so far; never more than is kept of it, and nothing of
        the step that is not over yet. Raises redis-py's errors when Redis cannot be read.
        """
        now = self._clock.now()
        step = step or step_for(since, now)
        end = min(epoch_ms(until), step.start_of(epoch_ms(now) - _WRITTEN_AFTER_MS))
        start = step.start_of(max(epoch_ms(since), end - step.kept_ms, 0))
        entries = await self._entries(step, start, end - 1)
        # Seven days are 10,080 points and take 0.4 s: other requests go on meanwhile.
        return await asyncio.to_thread(_drawn, entries, range(start, end, step.milliseconds))

    async def write(self, step: Step, start_ms: int, point: CurvePoint) -> bool:
        """Keep the point of a stretch; False when there is one already, or a later one."""
        oldest = start_ms - step.kept_ms
        try:
            await self._redis.xadd(
                keys.curves(step.seconds),
                {_FIELD: encode(point)},
                id=f"{start_ms}-0",
                minid=oldest,
                approximate=False,
            )
        except ResponseError as error:
            if "equal or smaller" not in str(error):
                raise
            return False
        return True

    async def condense(self, until_ms: int) -> None:
        """Make coarse points of the fine ones, for every whole minute before `until_ms` that has none yet.

        What was kept before this process started counts as much as what it kept itself.
        """
        last = await self._last(COARSE)
        end = COARSE.start_of(until_ms)
        start = max(end - FINE.kept_ms, 0 if last is None else last + COARSE.milliseconds)
        minutes: dict[int, list[CurvePoint]] = {}
        for entry_id, fields in await self._entries(FINE, start, end - 1):
            minutes.setdefault(COARSE.start_of(_time_of(entry_id)), []).append(decode(fields[_FIELD]))
        for start_ms, points in minutes.items():
            await self.write(COARSE, start_ms, folded(points))

    async def _last(self, step: Step) -> int | None:
        newest = cast("Entries", await self._redis.xrevrange(keys.curves(step.seconds), count=1))
        return _time_of(newest[0][0]) if newest else None

    async def _entries(self, step: Step, start_ms: int, end_ms: int) -> Entries:
        name = keys.curves(step.seconds)
        found: Entries = []
        after: int | str = start_ms
        # Before 1970 there are no ids to ask for.
        while end_ms >= start_ms:
            page = cast("Entries", await self._redis.xrange(name, min=after, max=end_ms, count=_PAGE))
            found += page
            if len(page) < _PAGE:
                break
            after = f"({page[-1][0].decode()}"
        return found


def _drawn(entries: Entries, times: range) -> Curves:
    found = {_time_of(entry_id): decode(fields[_FIELD]) for entry_id, fields in entries}
    return curves(from_epoch_ms(times.start), times.step // 1000, [found.get(at) for at in times])


def _time_of(entry_id: bytes) -> int:
    return int(entry_id.partition(b"-")[0])
