"""The list of feeds as it was a moment ago, so that a page need not read thousands of feeds each time."""

import asyncio
from dataclasses import dataclass

from services.feed.feeds.directory import Directory
from services.feed.feeds.listed_feed import ListedFeed

_FEW = 500
_REST = 20
_OLDEST_SECONDS = 60.0


@dataclass(frozen=True)
class Listing:
    """All feeds, by group and then by title; another object whenever they were read again."""

    feeds: tuple[ListedFeed, ...]


@dataclass(frozen=True)
class KeptListing:
    """A list, what it was marked with, and when (seconds) and at what cost (seconds) it was read."""

    listing: Listing
    mark: str
    read_at: float
    cost: float

    def serves(self, mark: str, now: float) -> bool:
        """Tell whether the list may be given out again.

        Reading ten thousand feeds takes half a second (measured), and while articles keep coming every moment
        has another mark: so an expensive list is kept for twenty times as long as it took to read.
        """
        age = now - self.read_at
        if mark == self.mark:
            return age < _OLDEST_SECONDS
        return self.is_expensive and age < min(self.cost * _REST, _OLDEST_SECONDS)

    @property
    def is_expensive(self) -> bool:
        """Whether there are so many feeds that nobody should wait for all of them without need."""
        return len(self.listing.feeds) > _FEW


class Catalogue:
    """Reads the list of feeds when something has changed, once for all who ask at the same time."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._reading = asyncio.Lock()
        self._kept: KeptListing | None = None

    async def listing(self) -> Listing:
        """Return the list. Raises redis-py's errors when it must be read and cannot be."""
        mark = await self._directory.mark()
        if self._kept is not None and self._kept.is_expensive and self._reading.locked():
            return self._kept.listing
        async with self._reading:
            loop = asyncio.get_running_loop()
            if self._kept is None or not self._kept.serves(mark, loop.time()):
                # The mark was taken before: what changes from then on is noticed by the next who asks.
                started = loop.time()
                listing = Listing(tuple(await self._directory.feeds()))
                self._kept = KeptListing(listing, mark, started, loop.time() - started)
            return self._kept.listing
