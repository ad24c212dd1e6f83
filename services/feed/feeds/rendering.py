"""From a feed's index to its bytes: reads the newest articles and writes them in one of the formats."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from services.feed.feeds.applying import KnownArticle
from services.feed.feeds.archive_links import leading_back
from services.feed.feeds.bounded import BoundedMemory
from services.feed.feeds.channel import Channel, Form, channel_of
from services.feed.feeds.document import Document, WrittenEntry, document_of, write_entry
from services.feed.feeds.entry import entry_of
from services.feed.feeds.glance import Glance
from services.feed.feeds.own_feed import Content, name_of
from services.feed.feeds.own_feed_registry import OwnFeedRegistry
from services.feed.feeds.presentation import Presentation, presentation_of, shortened
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.read_model import NEVER_SEEN, ReadModel, Stamp, stamp_of
from services.feed.feeds.selection import Selection, is_own
from services.feed.feeds.tombstone import tombstones_of
from shared.timestamps import from_epoch_ms

_KEPT_ENTRY_BYTES = 64 * 1024 * 1024
_WRITTEN_AT_ONCE = 2

EntryKey = tuple[Form, Content, str]
"""An article in one format: its id."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """An entry in memory, and which state of its article it was written from."""

    stamp: Stamp
    entry: WrittenEntry


class FeedWriter:
    """Writes feeds one at a time, and each entry once for all the feeds that hold it.

    One at a time because feedgen sets the locale of the whole process while it writes a date.
    """

    def __init__(self, articles: ReadModel, own_feeds: OwnFeedRegistry, publisher: Publisher) -> None:
        self._articles = articles
        self._own_feeds = own_feeds
        self._publisher = publisher
        self._kept: BoundedMemory[EntryKey, _Kept] = BoundedMemory(
            _KEPT_ENTRY_BYTES, lambda kept: len(kept.entry.body)
        )
        self._one_at_a_time = asyncio.Lock()

    async def write(self, glance: Glance, form: Form, *, path: str | None = None) -> Document:
        """Return the feed as it is now: at least as new as it was at a glance.

        `path` is where a feed without a public address stands, without the ending of the format.
        """
        shown = presentation_of(glance.selection, glance.own, path=path)
        ids, behind = glance.shown(shown.entries)
        updated = from_epoch_ms(glance.state.updated)
        head = channel_of(
            self._publisher, glance.selection, form, title=glance.title, updated=updated, presentation=shown
        )
        reasons = await self._articles.reasons(glance.withdrawn)
        channel = replace(head, tombstones=tombstones_of(glance.withdrawn, reasons))
        return await self.compose(form, leading_back(channel, form, behind), shown.content, ids)

    async def presentation(self, selection: Selection, path: str | None = None) -> Presentation:
        """Return how a feed is shown, as it is defined now."""
        own = await self._own_feeds.find(name_of(selection)) if is_own(selection) else None
        return presentation_of(selection, own, path=path)

    async def stamps(self, article_ids: Iterable[str]) -> dict[str, Stamp]:
        """Return the stamps of those of the articles that are not withdrawn, in the order asked for."""
        return await self._articles.stamps(article_ids)

    async def compose(
        self, form: Form, channel: Channel, content: Content, article_ids: Iterable[str]
    ) -> Document:
        """Return a document with those of these articles that are not withdrawn, as they are now."""
        found = {i: self._kept.get((form, content, i)) for i in article_ids}
        news = await self._articles.news({i: kept.stamp if kept else NEVER_SEEN for i, kept in found.items()})
        kept = {i: kept for i, kept in found.items() if kept is not None}
        new = {i: known for i, known in news.items() if known is not None}
        writing = partial(_written, new, form, content, self._publisher)
        async with self._one_at_a_time:
            # To hand a millisecond's work to a thread takes longer than the work while the loop is busy.
            kept |= writing() if len(new) <= _WRITTEN_AT_ONCE else await asyncio.to_thread(writing)
            document = document_of(form, channel, [kept[i].entry for i in news])
        for i in new:
            self._kept.keep((form, content, i), kept[i])
        return document


def _written(
    articles: Mapping[str, KnownArticle], form: Form, content: Content, publisher: Publisher
) -> dict[str, _Kept]:
    """Return the articles as entries of a format."""
    written = {}
    for article_id, known in articles.items():
        article = shortened(known.article) if content is Content.SUMMARY else known.article
        entry = entry_of(article, known.first_seen_at, known.changed_at, publisher)
        written[article_id] = _Kept(stamp_of(known), write_entry(form, entry))
    return written
