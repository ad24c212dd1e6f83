"""A subscription in a real reader: what it shows between polls, and what of it is still unread."""

from typing import NamedTuple, Protocol


class Shown(NamedTuple):
    """A line in the reader's list."""

    title: str
    unread: bool


class Subscription(Protocol):
    """One feed in one reader, which keeps its state from poll to poll."""

    def poll(self) -> None:
        """Ask the feed for news."""

    def shown(self) -> dict[str, Shown]:
        """Return what the reader lists, by item id; fails when it lists an item twice."""

    def read_all(self) -> None:
        """Do what a person does who reads everything."""


def listed(rows: list[tuple[str, Shown]]) -> dict[str, Shown]:
    """Return the rows by id; fails when an id comes twice."""
    by_id = dict(rows)
    assert len(by_id) == len(rows), rows
    return by_id
