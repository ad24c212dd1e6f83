"""All feeds at a glance, for the landing page, the OPML file and the operators' list; and single articles."""

from collections.abc import Iterable, Mapping

from redis.asyncio import Redis

from services.feed.feeds.applying import KnownArticle
from services.feed.feeds.listed_feed import ListedFeed
from services.feed.feeds.members import Members
from services.feed.feeds.own_feed_registry import OwnFeedRegistry
from services.feed.feeds.read_model import ReadModel
from services.feed.feeds.selection import ALL, ALL_TITLE, GROUPS, Selection, group_of
from shared.timestamps import from_epoch_ms


class Directory:
    """Reads what is known of the feeds and articles."""

    def __init__(self, redis: "Redis", partitions: int) -> None:
        self._articles = ReadModel(redis, partitions)
        self._members = Members(redis)
        self._own_feeds = OwnFeedRegistry(redis)

    async def feeds(self) -> list[ListedFeed]:
        """Return every public feed, by group and then by title; `all` is always there."""
        own = (await self._own_feeds.view()).selections
        public = {selection: feed.title for selection, feed in own.items() if not feed.private}
        return await self._listed({ALL: ALL_TITLE} | await self._members.titles() | public)

    async def private_feeds(self) -> list[ListedFeed]:
        """Return every private feed, by title."""
        own = (await self._own_feeds.view()).selections
        return await self._listed({selection: feed.title for selection, feed in own.items() if feed.private})

    async def _listed(self, titles: Mapping[Selection, str]) -> list[ListedFeed]:
        selections = sorted(titles, key=lambda one: (_rank(one), titles[one].casefold(), one))
        rows = await self._members.overview(selections)
        return [
            ListedFeed(
                selection=selection,
                title=titles[selection],
                version=state.version,
                updated=from_epoch_ms(state.updated) if state.updated else None,
                articles=count,
                newest=newest,
            )
            for selection, (state, count, newest) in zip(selections, rows, strict=True)
        ]

    async def article(self, article_id: str) -> KnownArticle | None:
        """Return an article as it is known to the feeds."""
        return (await self._articles.read([article_id])).get(article_id)

    async def articles(self, article_ids: Iterable[str]) -> dict[str, KnownArticle]:
        """Return those of the articles that are known."""
        return await self._articles.read(article_ids)

    async def newest(self, selection: Selection, count: int) -> list[str]:
        """Return the ids of a feed's newest articles, newest first."""
        return await self._members.newest(selection, count)

    async def mark(self) -> str:
        """Return what moves whenever an article changed or a feed was added: a cheap question."""
        return await self._members.mark()


def _rank(selection: Selection) -> int:
    """Return the place of a feed's group among the groups; private feeds, which have none, come last."""
    group = group_of(selection)
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)
