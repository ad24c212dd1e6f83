"""A feed's finished bytes in one format, and the shelf in Redis where all processes find them."""

import hashlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from services.feed.feeds.channel import Form
from services.feed.feeds.content_coding import BROTLI, GZIP
from services.feed.feeds.document import Document
from services.feed.feeds.members import FeedState
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.selection import Selection
from shared import keys
from shared.logs import get_logger

log = get_logger(__name__)

# Last-Modified has whole seconds, and a client may have nothing else to compare: it moves with every change
# of the bytes, and with nothing else. It is at most a second ahead of the time, and never goes back, even
# when the server's clock does; while it is ahead no answer shows it (see `representation.py`), so that nobody
# can hold other bytes under the same date.
#
# Two processes may have different builds of a compressor: the bytes that came first are everybody's.
_PUT = """
local version, label, etag = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local modified, mark = tonumber(ARGV[4]), ARGV[5]
local held = redis.call('HMGET', KEYS[1], 'version', 'etag', 'modified', 'mark', 'gzip', 'br')
local ahead = tonumber(held[1] or '-1') - version
local same = held[2] == etag
if ahead > 0 or (ahead == 0 and held[4] == mark and held[5] and not same) then return false end
local before = tonumber(held[3] or '-1')
if same then
  modified = before
elseif before >= modified then
  modified = before + 1
  if before == tonumber(redis.call('TIME')[1]) + 1 then modified = before end
end
redis.call('HSET', KEYS[1], 'version', version, 'label', label, 'etag', etag, 'modified', modified,
    'mark', mark)
if same and held[5] then return {modified, held[5], held[6]} end
if ARGV[6] then
  redis.call('HSET', KEYS[1], 'gzip', ARGV[6], 'br', ARGV[7])
  return {modified, ARGV[6], ARGV[7]}
end
-- Not before: a script whose first write frees memory may go on although Redis is full.
if not same then redis.call('HDEL', KEYS[1], 'gzip', 'br') end
return {modified}
"""


class Edition(NamedTuple):
    """A feed in one of its formats; `path` is where one without a public address stands."""

    selection: Selection
    form: Form
    path: str | None = None

    @property
    def key(self) -> str:
        """Where its rendition lies in Redis."""
        return keys.feed_rendition(self.selection, self.form.value)


@dataclass(frozen=True)
class Rendition:
    """The bytes of a feed, as they are and in other content codings as soon as those are made.

    `label` names the state of the feed that they hold, perhaps with later changes. `stale_for` has a value
    (seconds) in those that are given out because Redis cannot be reached.
    """

    version: int
    label: str
    body: bytes
    digest: str
    last_modified: datetime
    encoded: Mapping[str, bytes] = field(default_factory=dict)
    stale_for: int | None = None

    @property
    def etag(self) -> str:
        """Return the strong validator of the plain bytes."""
        return f'"{self.digest}"'

    @property
    def size(self) -> int:
        """How many bytes it takes in memory."""
        return len(self.body) + sum(len(encoded) for encoded in self.encoded.values())


def label_of(state: FeedState) -> str:
    """Return what tells a state of a feed from every other, even when an emptied store counts anew."""
    return f"{state.version}.{state.updated}.{state.modified}"


def publisher_mark(publisher: Publisher) -> str:
    """Return what moves with every setting that stands in the feeds."""
    return hashlib.sha256(repr(astuple(publisher)).encode()).hexdigest()[:16]


def rendition_of(state: FeedState, made: Document) -> Rendition:
    """Return a document as the rendition of a state of its feed."""
    modified = datetime.fromtimestamp(state.modified // 1_000_000, UTC)
    return Rendition(state.version, label_of(state), made.body, made.digest, modified)


@dataclass(frozen=True)
class Shelf:
    """The newest rendition of every feed and format, as settings with this mark make it.

    Its bytes are there when they have been compressed, some time after its validators.
    """

    redis: "Redis"
    mark: str

    async def put(self, edition: Edition, made: Rendition) -> Rendition | None:
        """Make this the newest rendition; return it with the Last-Modified that all processes give it.

        Its compressed bytes are put there too, if it has any, or else those that are there are returned.
        None when the shelf has a newer version, or other bytes of the same one: those count then.
        """
        values = (made.version, made.label, made.digest, int(made.last_modified.timestamp()), self.mark)
        compressed = [made.encoded[coding] for coding in (GZIP, BROTLI)] if made.encoded else []
        try:
            async with self.redis.pipeline(transaction=False) as pipe:
                pipe.eval(_PUT, 1, edition.key, *values, *compressed)
                (found,) = await pipe.execute()
        except ResponseError as error:
            # A Redis that is full or read-only still has readers.
            log.warning("rendition.not_stored", key=edition.key, error=str(error))
            return made
        if found is None:
            return None
        modified, *compressed = found
        return replace(
            made,
            last_modified=datetime.fromtimestamp(modified, UTC),
            encoded=dict(zip((GZIP, BROTLI), compressed, strict=True)) if compressed else {},
        )
