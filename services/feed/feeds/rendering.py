"""From a feed's index to its bytes: reads the newest articles and writes them in one of the formats."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from services.feed.feeds import atom, jsonfeed, rss
from services.feed.feeds.applying import KnownArticle
from services.feed.feeds.bounded import BoundedMemory
from services.feed.feeds.channel import Channel, Form, channel_of
from services.feed.feeds.entry import Entry, entry_of
from services.feed.feeds.members import Members
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.read_model import ReadModel
from services.feed.feeds.selection import Selection
from shared.timestamps import epoch_ms

NEWEST = 50
"""How many entries a feed shows."""

_KEPT_ENTRY_BYTES = 64 * 1024 * 1024

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

EntryKey = tuple[Form, str, int, int]
"""One state of an article in one format: its id, version and time (a store that was emptied counts anew)."""


class FeedWriter:
    """Writes feeds off the event loop, one at a time, and each entry once for all the feeds that hold it.

    One at a time because feedgen sets the locale of the whole process while it writes a date.
    """

    def __init__(self, articles: ReadModel, members: Members, publisher: Publisher) -> None:
        self._articles = articles
        self._members = members
        self._publisher = publisher
        self._written: BoundedMemory[EntryKey, bytes] = BoundedMemory(_KEPT_ENTRY_BYTES, len)
        self._one_at_a_time = asyncio.Lock()

    async def write(self, selection: Selection, form: Form, *, title: str, updated: datetime) -> bytes:
        """Return the feed as it is now: at least as new as any state of it that was read before the call."""
        ids = await self._members.newest(selection, NEWEST)
        stamps = [stamp for stamp in await self._articles.stamps(ids) if not stamp.withdrawn]
        wanted = {
            stamp.article_id: (form, stamp.article_id, stamp.version, stamp.timestamp) for stamp in stamps
        }
        written = {i: found for i, key in wanted.items() if (found := self._written.get(key)) is not None}
        missing = await self._articles.read([i for i in wanted if i not in written])
        channel = channel_of(self._publisher, selection, form, title=title, updated=updated)
        async with self._one_at_a_time:
            body, fresh = await asyncio.to_thread(
                _write,
                form,
                channel,
                order=list(wanted),
                written=written,
                missing=missing,
                publisher=self._publisher,
            )
        for key, entry in fresh.items():
            self._written.keep(key, entry)
        return body


def _write(
    form: Form,
    channel: Channel,
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
            entry = entry_of(known.article, known.first_seen_at, known.changed_at, publisher)
            entries[article_id] = _WRITE_ENTRY[form](entry)
            fresh[form, article_id, known.version, epoch_ms(known.timestamp)] = entries[article_id]
    return _WRITE_DOCUMENT[form](channel, [entries[i] for i in order if i in entries]), fresh
