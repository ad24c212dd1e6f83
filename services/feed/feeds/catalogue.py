"""The list of feeds as it was a moment ago, so that a page need not read thousands of feeds each time."""

import asyncio
from dataclasses import dataclass

from services.feed.feeds.directory import Directory
from services.feed.feeds.listed_feed import ListedFeed

_CHEAP_SECONDS = 0.05
_REST = 20
_OLDEST_SECONDS = 60.0


@dataclass(frozen=True)
class Listing:
    """All feeds, by group and then by title; another object whenever they were read again."""

    feeds: tuple[ListedFeed, ...]


@dataclass(frozen=True)
class _Kept:
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
        return self.cost > _CHEAP_SECONDS and age < min(self.cost * _REST, _OLDEST_SECONDS)


class Catalogue:
    """Reads the list of feeds when something has changed, once for all who ask at the same time."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._reading = asyncio.Lock()
        self._kept: _Kept | None = None

    async def listing(self) -> Listing:
        """Return the list. Raises redis-py's errors when it must be read and cannot be."""
        mark = await self._directory.mark()
        async with self._reading:
            loop = asyncio.get_running_loop()
            if self._kept is None or not self._kept.serves(mark, loop.time()):
                # The mark was taken before: what changes from then on is noticed by the next who asks.
                started = loop.time()
                listing = Listing(tuple(await self._directory.feeds()))
                self._kept = _Kept(listing, mark, started, loop.time() - started)
            return self._kept.listing
