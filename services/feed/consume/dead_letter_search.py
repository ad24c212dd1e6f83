"""Finds dead letters: a page at a time, by group, reason, article and time, however many there are.

A page costs what lies on the way to its letters, and that way is bounded: where what is looked for is rare, a
page may come back short, or empty, and its cursor leads on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from redis.asyncio import Redis

from services.feed.consume.dead_letter_place import LetterPlace, Shelf, all_shelves, place_named
from services.feed.consume.dead_letter_scripts import COUNT, REASONS, SCAN
from shared.timestamps import epoch_ms, from_epoch_ms

_SCANNED_AT_ONCE = 2000
"""Letters in one step: four milliseconds of the server's time (measured: 2 µs a letter)."""

_SCANNED_FOR_A_PAGE = 20_000

_COUNTED = 50_000
"""Letters of a shelf that are looked at, at most, to count those that are wanted."""

_REASONS_OF = 500


@dataclass(frozen=True)
class SoughtLetters:
    """Which letters are looked for; what is None does not matter. The times are of their burial."""

    group: str | None = None
    stream: str | None = None
    reason: str | None = None
    """Part of the reason, in any case."""
    article_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def shelves(self, partitions: int) -> list[Shelf]:
        """Return where they may lie."""
        return [
            shelf
            for shelf in all_shelves(partitions)
            if self.group in {None, shelf.group} and self.stream in {None, shelf.stream}
        ]

    @property
    def oldest_id(self) -> str:
        """Where the span of time begins, as Redis takes it."""
        return "-" if self.since is None else str(max(0, epoch_ms(self.since)))

    @property
    def newest_id(self) -> str:
        """Where the span of time ends, as Redis takes it."""
        return "+" if self.until is None else str(max(0, epoch_ms(self.until)))

    @property
    def marks(self) -> tuple[bytes, str]:
        """What the scripts know a wanted letter by; they lower ASCII letters alone, and so does `bytes`."""
        return (self.reason or "").encode().lower(), self.article_id or ""

    @property
    def is_everything(self) -> bool:
        """Whether no letter is left out."""
        return self == SoughtLetters()

    @property
    def is_of_whole_shelves(self) -> bool:
        """Whether every letter of a shelf is wanted or none."""
        return self == SoughtLetters(group=self.group, stream=self.stream)


@dataclass(frozen=True)
class FoundLetter:
    """A dead letter without its payload; what is told of its event is empty when none could be read."""

    place: LetterPlace
    entry: str
    reason: str
    attempts: int
    event_id: str
    type: str
    article_id: str
    title: str

    @property
    def at(self) -> datetime:
        """When it was given up."""
        return from_epoch_ms(int(self.place.entry_id.partition("-")[0]))


@dataclass(frozen=True)
class LettersPage:
    """Some letters, the newest first; `after` is where the next page begins, None when there is none."""

    letters: tuple[FoundLetter, ...]
    after: LetterPlace | None


class DeadLetterSearch:
    """Reads the dead letters of all groups and partitions."""

    def __init__(self, redis: "Redis", partitions: int) -> None:
        self._redis = redis
        self._partitions = partitions

    def place(self, name: str) -> LetterPlace | None:
        """Return the place of the letter with this name; None when it is no name of ours."""
        return place_named(name, self._partitions)

    async def counts(self) -> Mapping[Shelf, int]:
        """Return how many letters lie on each shelf."""
        shelves = all_shelves(self._partitions)
        pipe = self._redis.pipeline(transaction=False)
        for shelf in shelves:
            pipe.xlen(shelf.key)
        return dict(zip(shelves, await pipe.execute(), strict=True))

    async def count(self, sought: SoughtLetters) -> tuple[int, bool]:
        """Return how many letters are wanted, and whether that is all; beyond so many nobody counts on."""
        if sought.is_of_whole_shelves:
            counts = await self.counts()
            return sum(counts[shelf] for shelf in sought.shelves(self._partitions)), True
        total = 0
        for shelf in sought.shelves(self._partitions):
            newest = sought.newest_id
            for _ in range(_COUNTED // _SCANNED_AT_ONCE + 1):
                span = (newest, sought.oldest_id, str(_SCANNED_AT_ONCE))
                reply: Any = await self._redis.eval(COUNT, 1, shelf.key, *span, *sought.marks)
                total += int(reply[0])
                if not reply[1]:
                    break
                newest = f"({reply[1].decode()}"
            else:
                return total, False
        return total, True

    async def reasons(self, shelf: Shelf) -> Mapping[str, int]:
        """Return why the newest 500 letters of a shelf were given up, the commonest reason first."""
        flat: Any = await self._redis.eval(REASONS, 1, shelf.key, _REASONS_OF)
        counts = {
            reason.decode("utf-8", "replace"): int(count)
            for reason, count in zip(flat[::2], flat[1::2], strict=True)
        }
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    async def letter(self, place: LetterPlace) -> tuple[FoundLetter, bytes] | None:
        """Return one letter and its payload as it stood on the stream; None when there is none."""
        found, _ = await self._scan(place.shelf, place.entry_id, place.entry_id, SoughtLetters(), 1)
        if not found:
            return None
        payload: Any = await self._redis.hget(place.shelf.payloads, found[0].entry)
        return found[0], payload or b""

    async def page(self, sought: SoughtLetters, after: LetterPlace | None, limit: int) -> LettersPage:
        """Return up to `limit` letters that are older than `after`."""
        letters: list[FoundLetter] = []
        horizon: LetterPlace | None = None
        """Up to where every shelf was looked through; what lies beyond on one of them is not shown yet."""
        for shelf in sought.shelves(self._partitions):
            found, last = await self._older(shelf, sought, after, limit + 1)
            letters += found
            if last is not None and (horizon is None or last.order > horizon.order):
                horizon = last
        newest = sorted(letters, key=lambda letter: letter.place.order, reverse=True)
        if horizon is not None:
            newest = [letter for letter in newest if letter.place.order >= horizon.order]
        if len(newest) > limit:
            return LettersPage(tuple(newest[:limit]), newest[limit - 1].place)
        return LettersPage(tuple(newest), horizon)

    async def _older(
        self, shelf: Shelf, sought: SoughtLetters, after: LetterPlace | None, most: int
    ) -> tuple[list[FoundLetter], LetterPlace | None]:
        """Return letters of one shelf, and where looking stopped short of its end, None when it did not."""
        newest = _newest(sought, shelf, after)
        found: list[FoundLetter] = []
        for _ in range(_SCANNED_FOR_A_PAGE // _SCANNED_AT_ONCE):
            letters, last = await self._scan(shelf, newest, sought.oldest_id, sought, most - len(found))
            found += letters
            if not last:
                return found, None
            if len(found) == most:
                return found, LetterPlace(shelf, last)
            newest = f"({last}"
        return found, LetterPlace(shelf, last)

    async def _scan(
        self, shelf: Shelf, newest: str, oldest: str, sought: SoughtLetters, most: int
    ) -> tuple[list[FoundLetter], str]:
        span = (newest, oldest, _SCANNED_AT_ONCE, most)
        rows, last = cast(
            "tuple[Sequence[Sequence[bytes]], bytes]",
            await self._redis.eval(SCAN, 1, shelf.key, *map(str, span), *sought.marks),
        )
        return [_found(shelf, row) for row in rows], last.decode()


def _newest(sought: SoughtLetters, shelf: Shelf, after: LetterPlace | None) -> str:
    """Return the newest id that may be shown, as Redis takes it: older than `after`, and within the span."""
    if after is None:
        return sought.newest_id
    # A letter with the very id of `after` on another shelf may come behind it in the order of places.
    at = LetterPlace(shelf, after.entry_id)
    newest = after.entry_id if at.order < after.order else f"({after.entry_id}"
    if sought.until is not None and epoch_ms(sought.until) < after.order[0]:
        return sought.newest_id
    return newest


def _found(shelf: Shelf, row: Sequence[bytes]) -> FoundLetter:
    entry_id, entry, reason, attempts, *told = (value.decode("utf-8", "replace") for value in row)
    event_id, event_type, article_id, title = told
    return FoundLetter(
        LetterPlace(shelf, entry_id), entry, reason, int(attempts), event_id, event_type, article_id, title
    )
