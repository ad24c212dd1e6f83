"""All feeds at a glance, for the landing page, the OPML file and the operators' list; and single articles."""

from redis.asyncio import Redis

from services.feed.feeds.applying import KnownArticle
from services.feed.feeds.listed_feed import ListedFeed
from services.feed.feeds.members import Members
from services.feed.feeds.read_model import ReadModel
from services.feed.feeds.selection import ALL, ALL_TITLE, GROUPS, group_of
from shared.timestamps import from_epoch_ms


class Directory:
    """Reads what is known of the feeds and articles."""

    def __init__(self, redis: "Redis", partitions: int) -> None:
        self._articles = ReadModel(redis, partitions)
        self._members = Members(redis)

    async def feeds(self) -> list[ListedFeed]:
        """Return every known feed, by group and then by title; `all` is always there."""
        titles = {ALL: ALL_TITLE} | await self._members.titles()
        selections = sorted(
            titles, key=lambda one: (GROUPS.index(group_of(one)), titles[one].casefold(), one)
        )
        rows = await self._members.overview(selections)
        newest = {article_id for _, _, article_id in rows if article_id}
        headlines = {stamp.article_id: stamp.title for stamp in await self._articles.stamps(sorted(newest))}
        return [
            ListedFeed(
                selection=selection,
                title=titles[selection],
                version=state.version,
                updated=from_epoch_ms(state.updated) if state.updated else None,
                articles=count,
                newest_headline=headlines.get(article_id) if article_id else None,
            )
            for selection, (state, count, article_id) in zip(selections, rows, strict=True)
        ]

    async def article(self, article_id: str) -> KnownArticle | None:
        """Return an article as it is known to the feeds."""
        return (await self._articles.read([article_id])).get(article_id)
