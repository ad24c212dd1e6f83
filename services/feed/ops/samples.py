"""What one look at Redis shows of a stream and group, before anything is concluded from it."""

from dataclasses import dataclass


def id_ms(entry_id: str) -> int:
    """Return when an entry was added, in the server's milliseconds: the first part of its id."""
    return int(entry_id.partition("-")[0])


def id_order(entry_id: str) -> tuple[int, int]:
    """Return what entry ids sort by; as text, `9-0` would follow `10-0`."""
    milliseconds, _, sequence = entry_id.partition("-")
    return int(milliseconds), int(sequence)


@dataclass(frozen=True)
class GroupSample:
    """A stream and one of its groups at one moment; `at_ms` is the server's time."""

    stream: str
    group: str
    at_ms: int
    length: int
    entries_added: int
    lag: int | None
    """Entries not read yet; None when they could not be counted."""
    pending: int
    oldest_unread_id: str | None
    oldest_pending_id: str | None
    consumers: int
    consumers_dead: int
    dead_letters: int
    redeliveries: int = 0
    group_exists: bool = True

    @property
    def outstanding(self) -> int | None:
        """How many entries are not acknowledged, read or not."""
        return None if self.lag is None else self.lag + self.pending

    @property
    def idle(self) -> bool:
        """Whether there is certainly nothing to do."""
        return self.outstanding == 0

    @property
    def oldest_id(self) -> str | None:
        """The oldest entry that is not acknowledged."""
        ids = [i for i in (self.oldest_unread_id, self.oldest_pending_id) if i is not None]
        return min(ids, key=id_order, default=None)

    def age_seconds(self, entry_id: str | None) -> float:
        """Return how long ago an entry was added; 0 for none."""
        return 0.0 if entry_id is None else max(0, self.at_ms - id_ms(entry_id)) / 1000
