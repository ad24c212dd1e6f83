"""How fresh the feeds of everything and of each kind are: a few feeds, however many there are in all.

Every other feed's numbers are in the operators' list (`directory.py`), which reads them all.
"""

from dataclasses import dataclass
from datetime import datetime

from redis.asyncio import Redis

from services.feed.feeds.members import Members
from services.feed.feeds.selection import ALL, Selection
from shared.article import Kind
from shared.timestamps import from_epoch_ms

_MAIN = (ALL, *(Selection(f"kind/{kind.value}") for kind in Kind))


@dataclass(frozen=True)
class FeedFreshness:
    """A feed, how many articles it holds, and when what last changed it was accepted."""

    selection: str
    articles: int
    updated: datetime


async def main_feeds(redis: "Redis") -> list[FeedFreshness]:
    """Return those of the main feeds that ever held anything, in one pipeline."""
    rows = await Members(redis).overview(_MAIN)
    return [
        FeedFreshness(selection, articles, from_epoch_ms(state.updated))
        for selection, (state, articles, _) in zip(_MAIN, rows, strict=True)
        if state.updated
    ]
