"""A feed as it stands in a list of feeds."""

from dataclasses import dataclass
from datetime import datetime

from services.feed.feeds.selection import Selection, group_of


@dataclass(frozen=True)
class ListedFeed:
    """A feed in a list: `updated` is None until it has held an article; `newest` is that article's id."""

    selection: Selection
    title: str
    version: int
    updated: datetime | None
    articles: int
    newest: str | None

    @property
    def group(self) -> str:
        """Which of the groups of feeds it belongs to."""
        return group_of(self.selection)
