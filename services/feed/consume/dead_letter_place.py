"""Where a dead letter lies, and the one name by which it is known outside. Pure."""

import re
from dataclasses import dataclass

from shared import keys
from shared.streams import GROUPS

_NAME = re.compile(r"([a-z]+)\.(\d{1,2})\.(\d{1,20})-(\d{1,20})", re.ASCII)

_DIGITS = 4


@dataclass(frozen=True)
class Shelf:
    """The dead letters of one group in one partition."""

    group: str
    partition: int

    @property
    def key(self) -> str:
        """The stream that they lie on."""
        return keys.dead_letters(self.partition, self.group)

    @property
    def payloads(self) -> str:
        """The hash of what they were."""
        return keys.dead_letter_payloads(self.partition, self.group)

    @property
    def stream(self) -> str:
        """The stream of events that they come from."""
        return keys.events(self.partition)


@dataclass(frozen=True)
class LetterPlace:
    """One letter's place; places sort by the time of burial, `order` from the oldest to the newest."""

    shelf: Shelf
    entry_id: str

    @property
    def name(self) -> str:
        """Its name outside, such as `feeds.0.1772452800000-0`."""
        return f"{self.shelf.group}.{self.shelf.partition}.{self.entry_id}"

    @property
    def order(self) -> tuple[int, int, str, int]:
        """What places sort by; entry ids are numbers, and as text `9-0` would follow `10-0`."""
        milliseconds, _, sequence = self.entry_id.partition("-")
        return int(milliseconds), int(sequence), self.shelf.group, self.shelf.partition


def place_named(name: str, partitions: int) -> LetterPlace | None:
    """Return the place that a name stands for; None when it is no name of ours."""
    match = _NAME.fullmatch(name)
    shelf = shelf_named(match[1], match[2], partitions) if match else None
    return LetterPlace(shelf, f"{match[3]}-{match[4]}") if match and shelf else None


def shelf_named(group: str, partition: str, partitions: int) -> Shelf | None:
    """Return the shelf of a group and of a partition's number as text; None when there is none."""
    known = group in GROUPS and partition.isdecimal() and partition.isascii() and len(partition) < _DIGITS
    return Shelf(group, int(partition)) if known and int(partition) < partitions else None


def all_shelves(partitions: int) -> list[Shelf]:
    """Return every shelf that there can be."""
    return [Shelf(group, partition) for partition in range(partitions) for group in GROUPS]
