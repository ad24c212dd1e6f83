"""From a feed's index to its bytes: reads the newest articles and writes them in one of the formats."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from services.feed.feeds import atom, jsonfeed, rss
from services.feed.feeds.applying import KnownArticle
from services.feed.feeds.archive_links import leading_back
from services.feed.feeds.archive_ranges import ArchiveRanges
from services.feed.feeds.bounded import BoundedMemory
from services.feed.feeds.channel import Channel, Form, channel_of
from services.feed.feeds.entry import Entry, entry_of
from services.feed.feeds.members import Members
from services.feed.feeds.own_feed import Content, name_of
from services.feed.feeds.own_feed_registry import OwnFeedRegistry
from services.feed.feeds.presentation import Presentation, presentation_of, shortened
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.read_model import ReadModel, Stamp
from services.feed.feeds.selection import Selection, is_own
from services.feed.feeds.tombstone import Tombstone, tombstones_of
from shared.timestamps import epoch_ms

_KEPT_ENTRY_BYTES = 64 * 1024 * 1024
_WRITTEN_AT_ONCE = 2

_WRITE_ENTRY: dict[Form, Callable[[Entry], bytes]] = {
    Form.RSS: rss.entry_bytes,
    Form.ATOM: atom.entry_bytes,
    Form.JSON: jsonfeed.entry_bytes,
}
_WRITE_DOCUMENT: dict[Form, Callable[[Channel, Iterable[bytes]], bytes]] = {
    Form.RSS: rss.document,
    Form.ATOM: atom.document,
    Form.JSON: jsonfeed.document,
}

EntryKey = tuple[Form, Content, str, int, int]
"""One state of an article in one format: its id, version and time (a store that was emptied counts anew)."""


class FeedWriter:
    """Writes feeds one at a time, and each entry once for all the feeds that hold it.

    One at a time because feedgen sets the locale of the whole process while it writes a date.
    """

    def __init__(self, articles: ReadModel, members: Members, publisher: Publisher) -> None:
        self._articles = articles
        self._own_feeds = OwnFeedRegistry(members.redis)
        self._archive = ArchiveRanges(members.redis)
        self._members = members
        self._publisher = publisher
        self._written: BoundedMemory[EntryKey, bytes] = BoundedMemory(_KEPT_ENTRY_BYTES, len)
        self._one_at_a_time = asyncio.Lock()

    async def write(
        self, selection: Selection, form: Form, *, title: str, updated: datetime, path: str | None = None
    ) -> bytes:
        """Return the feed as it is now: at least as new as any state of it that was read before the call.

        `path` is where a feed without a public address stands, without the ending of the format.
        """
        shown = await self.presentation(selection, path)
        ids, behind = await self._archive.newest(selection, shown.entries)
        channel = channel_of(
            self._publisher, selection, form, title=title, updated=updated, presentation=shown
        )
        if form is Form.ATOM:
            channel = replace(channel, tombstones=await self._tombstones(selection, updated))
        stamps = await self.standing(ids)
        return await self.compose(form, leading_back(channel, form, behind), shown.content, stamps)

    async def _tombstones(self, selection: Selection, updated: datetime) -> tuple[Tombstone, ...]:
        """Return what was withdrawn in the 30 days before the feed's last change, latest first."""
        withdrawn = await self._members.withdrawn(selection, epoch_ms(updated))
        return tombstones_of(withdrawn, await self._articles.reasons(withdrawn))

    async def presentation(self, selection: Selection, path: str | None = None) -> Presentation:
        """Return how a feed is shown, as it is defined now."""
        own = await self._own_feeds.find(name_of(selection)) if is_own(selection) else None
        return presentation_of(selection, own, path=path)

    async def standing(self, article_ids: Iterable[str]) -> list[Stamp]:
        """Return the stamps of those of the articles that are not withdrawn, in the order asked for."""
        return [stamp for stamp in await self._articles.stamps(article_ids) if not stamp.withdrawn]

    async def compose(self, form: Form, channel: Channel, content: Content, stamps: Sequence[Stamp]) -> bytes:
        """Return a document with these articles, each at least as new as its stamp."""
        wanted = {
            stamp.article_id: (form, content, stamp.article_id, stamp.version, stamp.timestamp)
            for stamp in stamps
        }
        written = {i: found for i, key in wanted.items() if (found := self._written.get(key)) is not None}
        missing = await self._articles.read([i for i in wanted if i not in written])
        writing = partial(
            _write,
            form,
            channel,
            content,
            order=list(wanted),
            written=written,
            missing=missing,
            publisher=self._publisher,
        )
        async with self._one_at_a_time:
            # To hand a millisecond's work to a thread takes longer than the work while the loop is busy.
            at_once = len(missing) <= _WRITTEN_AT_ONCE
            body, fresh = writing() if at_once else await asyncio.to_thread(writing)
        for key, entry in fresh.items():
            self._written.keep(key, entry)
        return body


def _write(
    form: Form,
    channel: Channel,
    content: Content,
    *,
    order: Sequence[str],
    written: Mapping[str, bytes],
    missing: Mapping[str, KnownArticle],
    publisher: Publisher,
) -> tuple[bytes, dict[EntryKey, bytes]]:
    """Return the document, and the entries that had to be written for it."""
    entries = dict(written)
    fresh: dict[EntryKey, bytes] = {}
    for article_id, known in missing.items():
        # It can have been withdrawn since its stamp was read.
        if not known.withdrawn:
            article = shortened(known.article) if content is Content.SUMMARY else known.article
            entry = entry_of(article, known.first_seen_at, known.changed_at, publisher)
            entries[article_id] = _WRITE_ENTRY[form](entry)
            key = (form, content, article_id, known.version, epoch_ms(known.timestamp))
            fresh[key] = entries[article_id]
    return _WRITE_DOCUMENT[form](channel, [entries[i] for i in order if i in entries]), fresh
