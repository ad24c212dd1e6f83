"""Puts dead letters back on the stream, or throws them away: one, some, or all, in bounded steps.

What is put back bears the name of the group that gave it up, and the other groups pass it by.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from redis.asyncio import Redis

from services.feed.consume import dead_letter_scripts
from services.feed.consume.dead_letter_place import LetterPlace, Shelf
from services.feed.consume.dead_letter_search import SoughtLetters
from shared.streams import GROUPS

_AT_ONCE = 200
"""Letters in one step: a few milliseconds of the server's time and one fsync."""


class LetterAct(StrEnum):
    """What becomes of a dead letter."""

    REPLAY = "replay"
    DISCARD = "discard"


_IDS = re.compile(r"(-|\(?\d{1,20}(-\d{1,20})?) \d{1,20}-\d{1,20}", re.ASCII)
"""Where a stretch goes on and where it ends."""

_SCRIPTS = {
    LetterAct.REPLAY: dead_letter_scripts.REPLAY,
    LetterAct.DISCARD: dead_letter_scripts.DISCARD,
}


@dataclass(frozen=True)
class Stretch:
    """What is left to do on one shelf: the letters after one id, up to another one."""

    shelf: Shelf
    after: str
    """As XRANGE takes it."""
    until: str


def cursor_of(left: Sequence[Stretch]) -> str | None:
    """Return the text that stands for what is left to do, None for nothing."""
    told = [[one.shelf.group, one.shelf.partition, one.after, one.until] for one in left]
    return json.dumps(told, separators=(",", ":")) if told else None


def stretches_at(cursor: str) -> tuple[Stretch, ...]:
    """Return what a cursor says is left to do; raises `ValueError` when none of ours says so."""
    told = json.loads(cursor)
    try:
        stretches = tuple(Stretch(Shelf(group, part), after, until) for group, part, after, until in told)
    except TypeError as error:
        raise ValueError(cursor) from error
    for one in stretches:
        ids = f"{one.after} {one.until}"
        known = one.shelf.group in GROUPS and isinstance(one.shelf.partition, int)
        if not known or not _IDS.fullmatch(ids):
            raise ValueError(cursor)
    return stretches


class DeadLetterActs:
    """Acts upon the dead letters of all groups and partitions."""

    def __init__(self, redis: "Redis", partitions: int) -> None:
        self._redis = redis
        self._partitions = partitions

    async def one(self, act: LetterAct, place: LetterPlace) -> bool:
        """Act upon one letter; tell whether it was there."""
        stretch = Stretch(place.shelf, place.entry_id, place.entry_id)
        acted, _ = await self._step(act, SoughtLetters(), stretch)
        return bool(acted)

    async def stretches(self, sought: SoughtLetters) -> tuple[Stretch, ...]:
        """Return what there is to do now. A letter that comes back while it is done is not among it."""
        shelves = sought.shelves(self._partitions)
        pipe = self._redis.pipeline(transaction=False)
        for shelf in shelves:
            pipe.xrevrange(shelf.key, sought.newest_id, sought.oldest_id, count=1)
        newest = await pipe.execute()
        return tuple(
            Stretch(shelf, sought.oldest_id, entries[0][0].decode())
            for shelf, entries in zip(shelves, newest, strict=True)
            if entries
        )

    async def step(
        self, act: LetterAct, sought: SoughtLetters, left: Sequence[Stretch]
    ) -> tuple[int, tuple[Stretch, ...]]:
        """Act upon the next few letters; return how many were wanted, and what is left to do."""
        if not left:
            return 0, ()
        first, *others = left
        acted, last = await self._step(act, sought, first)
        if not last:
            return acted, tuple(others)
        return acted, (replace(first, after=f"({last}"), *others)

    async def _step(self, act: LetterAct, sought: SoughtLetters, stretch: Stretch) -> tuple[int, str]:
        shelf = stretch.shelf
        reply: Any = await self._redis.eval(
            _SCRIPTS[act],
            3,
            *(shelf.key, shelf.payloads, shelf.stream),
            *(stretch.after, stretch.until, str(_AT_ONCE), *sought.marks, shelf.group),
        )
        return int(reply[0]), reply[1].decode()
