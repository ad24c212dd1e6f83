"""Which of the feeds a page shows, so that it stays of one size however many there are. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.feed.feeds.feed_search import find
from services.feed.feeds.listed_feed import ListedFeed
from services.feed.feeds.opml import GROUP_TITLES

_OF_A_GROUP = 8
_OF_A_PAGE = 30


@dataclass(frozen=True)
class ShownGroup:
    """The largest feeds of a group; `total` counts all of them."""

    name: str
    title: str
    feeds: tuple[ListedFeed, ...]
    total: int


@dataclass(frozen=True)
class Question:
    """What somebody looks for: words, a group (empty: any), and which page of what was found, from 1."""

    words: str = ""
    group: str = ""
    page: int = 1

    @property
    def asks_nothing(self) -> bool:
        """Whether there is nothing to look for: then the landing page is meant."""
        return not self.words and self.group not in GROUP_TITLES


@dataclass(frozen=True)
class Found:
    """One page of what was found: `page` of `pages`, and how many feeds are on all of them."""

    question: Question
    feeds: tuple[ListedFeed, ...]
    total: int
    page: int
    pages: int


def largest_by_group(feeds: Iterable[ListedFeed]) -> list[ShownGroup]:
    """Return every group that has feeds, with those that hold most articles."""
    members: dict[str, list[ListedFeed]] = {name: [] for name in GROUP_TITLES}
    for feed in public(feeds):
        members[feed.group].append(feed)
    return [
        ShownGroup(name, GROUP_TITLES[name], tuple(_largest(found)), len(found))
        for name, found in members.items()
        if found
    ]


def look_up(feeds: Sequence[ListedFeed], question: Question) -> Found:
    """Return a page of the feeds that were asked for; a page beyond the last is the last."""
    candidates = [feed for feed in public(feeds) if question.group in {"", feed.group}]
    found = find(candidates, question.words) if question.words else candidates
    pages = max(1, -(-len(found) // _OF_A_PAGE))
    page = min(max(question.page, 1), pages)
    start = (page - 1) * _OF_A_PAGE
    return Found(question, tuple(found[start : start + _OF_A_PAGE]), len(found), page, pages)


def public(feeds: Iterable[ListedFeed]) -> Iterator[ListedFeed]:
    """Yield the feeds that may stand on a page: those of the groups that have a title."""
    return (feed for feed in feeds if feed.group in GROUP_TITLES)


def _largest(feeds: Sequence[ListedFeed]) -> list[ListedFeed]:
    return sorted(feeds, key=lambda feed: -feed.articles)[:_OF_A_GROUP]
