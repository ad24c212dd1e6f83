"""Archive documents as bytes, made when they are asked for and from memory while they stay the same.

A document bears the label of the feed's state that was read before its articles were. When that has moved,
its articles are looked at again, and only if one of them has changed is it written anew: what happens at the
newest end of a feed costs its archive no writing.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from redis.asyncio import Redis

from services.feed.feeds.archive_links import in_archive, link_header
from services.feed.feeds.archive_position import Position
from services.feed.feeds.archive_ranges import ArchiveRange, ArchiveRanges
from services.feed.feeds.bounded import BoundedMemory
from services.feed.feeds.channel import channel_of
from services.feed.feeds.content_coding import encoded
from services.feed.feeds.members import Members
from services.feed.feeds.presentation import Presentation
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.read_model import Stamp
from services.feed.feeds.rendering import FeedWriter
from services.feed.feeds.rendition import Edition, label_of
from services.feed.feeds.representation import (
    FIVE_MINUTES,
    FOR_EVERYONE,
    FOR_ONE_READER,
    Representation,
)
from services.feed.feeds.selection import ALL, ALL_TITLE
from shared.timestamps import from_epoch_ms

A_DAY = "public, max-age=86400, s-maxage=300"
"""A reader keeps a document that it has read for long; caches that give it to others ask after five minutes,
so that a withdrawn article reaches no new reader later than it would through the feed itself."""

_KEPT_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Archive:
    """A finished document, the feed's state at which it was last looked at, and what it was made of."""

    label: str
    mark: str
    representation: Representation

    @property
    def size(self) -> int:
        """How many bytes it takes in memory."""
        found = self.representation
        return len(found.body) + sum(len(body) for body in found.encoded.values())


@dataclass(frozen=True)
class _Wanted:
    """A feed as it is defined just now, in one format, under its title."""

    edition: Edition
    title: str
    shown: Presentation
    is_secret: bool


class Archives:
    """Gives out the archive documents of all feeds; one of these per process, beside its `Renditions`."""

    def __init__(
        self, redis: "Redis", writer: FeedWriter, publisher: Publisher, *, kept_bytes: int = _KEPT_BYTES
    ) -> None:
        self._members = Members(redis)
        self._ranges = ArchiveRanges(redis)
        self._writer = writer
        self._publisher = publisher
        self._kept: BoundedMemory[tuple[Edition, Position], Archive] = BoundedMemory(
            kept_bytes, lambda archive: archive.size
        )
        self.made = 0
        """How many documents this process has written."""

    async def get(
        self, edition: Edition, position: Position, *, path: str | None = None
    ) -> Representation | None:
        """Return the document behind a position as it is now; None when the feed never named that.

        `path` is where a feed without a public address stands, without the ending of the format. It is a
        secret, and what bears it is not kept. Raises redis-py's errors.
        """
        title, state = await self._members.state(edition.selection)
        if edition.selection == ALL:
            title = title or ALL_TITLE
        if title is None:
            return None
        shown = await self._writer.presentation(edition.selection, path)
        label = repr((label_of(state), title, shown))
        held = self._kept.get((edition, position))
        if held is not None and held.label == label:
            return held.representation
        found = await self._ranges.read(edition.selection, position, shown=shown.entries)
        if found is None:
            return None
        stamps = await self._writer.stamps(found.ids)
        mark = _mark(title, shown, found, stamps)
        if held is not None and held.mark == mark:
            archive = replace(held, label=label)
        else:
            made = await self._make(_Wanted(edition, title, shown, is_secret=path is not None), found, stamps)
            archive = Archive(label, mark, made)
        if path is None:
            self._kept.keep((edition, position), archive)
        return archive.representation

    async def _make(
        self, wanted: _Wanted, found: ArchiveRange, stamps: Mapping[str, Stamp]
    ) -> Representation:
        selection, form = wanted.edition.selection, wanted.edition.form
        head = channel_of(
            self._publisher,
            selection,
            form,
            title=wanted.title,
            # Nothing but the entries tells when it changed: the feed's own time moves with every article.
            updated=from_epoch_ms(max((stamp.timestamp for stamp in stamps.values()), default=0)),
            presentation=wanted.shown,
        )
        channel = in_archive(head, form, found.position, older=found.older, newer=found.newer)
        document = await self._writer.compose(form, channel, wanted.shown.content, stamps)
        self.made += 1
        return Representation(
            document.body,
            form.media_type,
            document.etag,
            # No Last-Modified: a withdrawal takes entries away, and nothing that is left would tell of it.
            headers={**FOR_EVERYONE, "Vary": "Accept-Encoding", "Link": link_header(channel)},
            cache_control=FOR_ONE_READER if wanted.is_secret else A_DAY if found.fixed else FIVE_MINUTES,
            encoded=await asyncio.to_thread(encoded, document.body),
        )


def _mark(title: str, shown: Presentation, found: ArchiveRange, stamps: Mapping[str, Stamp]) -> str:
    """Return what moves with everything that stands in a document."""
    made_of = (title, shown, found.fixed, found.older, found.newer, stamps)
    return hashlib.sha256(repr(made_of).encode()).hexdigest()
