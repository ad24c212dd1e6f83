"""A feed's finished bytes in one format, and where all processes keep them (Redis)."""

import gzip
import hashlib
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from services.feed.feeds.channel import Form
from services.feed.feeds.content_coding import gzipped
from services.feed.feeds.members import FeedState
from services.feed.feeds.publisher import Publisher
from services.feed.feeds.selection import Selection
from shared import keys
from shared.logs import get_logger

log = get_logger(__name__)

# Last-Modified has whole seconds, and a client may have nothing else to compare: it moves with every change
# of the bytes, by a second at least, and with nothing else.
_STORE = """
local held = redis.call('HMGET', KEYS[1], 'version', 'etag', 'modified', 'publisher')
local ahead = tonumber(held[1] or '-1') - tonumber(ARGV[1])
if ahead > 0 or (ahead == 0 and held[4] == ARGV[6]) then return 0 end
local modified = tonumber(ARGV[4])
if held[2] == ARGV[3] then
  modified = tonumber(held[3])
elseif held[3] and tonumber(held[3]) >= modified then
  modified = tonumber(held[3]) + 1
end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'label', ARGV[2], 'etag', ARGV[3],
    'modified', modified, 'gzip', ARGV[5],
    'publisher', ARGV[6])
return modified
"""


@dataclass(frozen=True)
class Rendition:
    """The bytes of a feed, as they are and compressed.

    `label` names the state of the feed that they hold, perhaps with later changes. `stale` ones are given out
    because Redis cannot be reached.
    """

    version: int
    label: str
    body: bytes
    gzip: bytes
    digest: str
    last_modified: datetime
    stale: bool = False

    def etag(self, *, compressed: bool) -> str:
        """Return the strong validator, another one for each content coding."""
        return f'"{self.digest}-gzip"' if compressed else f'"{self.digest}"'

    @property
    def size(self) -> int:
        """How many bytes it takes in memory."""
        return len(self.body) + len(self.gzip)


def label_of(state: FeedState) -> str:
    """Return what tells a state of a feed from every other, even when an emptied store counts anew."""
    return f"{state.version}.{state.updated}.{state.modified}"


def publisher_mark(publisher: Publisher) -> str:
    """Return what moves with every setting that stands in the feeds."""
    return hashlib.sha256(repr(astuple(publisher)).encode()).hexdigest()[:16]


def rendition_of(state: FeedState, body: bytes) -> Rendition:
    """Return the bytes with all that is derived from them."""
    digest = hashlib.sha256(body).hexdigest()[:32]
    modified = datetime.fromtimestamp(state.modified // 1_000_000, UTC)
    return Rendition(state.version, label_of(state), body, gzipped(body), digest, modified)


@dataclass(frozen=True)
class Shelf:
    """The newest rendition of every feed and format, as one publisher's settings make it."""

    redis: "Redis"
    publisher: str

    async def load(self, selection: Selection, form: Form) -> Rendition | None:
        """Return what is stored, of whatever version; nothing that was made under other settings."""
        fields = ["publisher", "version", "label", "etag", "modified", "gzip"]
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.hmget(keys.feed_rendition(selection, form.value), fields)
            ((publisher, version, label, etag, modified, compressed),) = await pipe.execute()
        if publisher is None or publisher.decode() != self.publisher:
            return None
        return Rendition(
            version=int(version),
            label=label.decode(),
            body=gzip.decompress(compressed),
            gzip=compressed,
            digest=etag.decode(),
            last_modified=datetime.fromtimestamp(int(modified), UTC),
        )

    async def store(self, selection: Selection, form: Form, made: Rendition) -> Rendition:
        """Store what was made, unless the shelf has that version or a newer one; return what counts now."""
        key = keys.feed_rendition(selection, form.value)
        modified = int(made.last_modified.timestamp())
        values = (made.version, made.label, made.digest, modified, made.gzip, self.publisher)
        try:
            async with self.redis.pipeline(transaction=False) as pipe:
                pipe.eval(_STORE, 1, key, *values)
                (settled,) = await pipe.execute()
        except ResponseError as error:
            # A Redis that is full or read-only still has readers.
            log.warning("rendition.not_stored", selection=selection, form=form.value, error=str(error))
            return made
        if settled == 0:
            return await self.load(selection, form) or made
        return replace(made, last_modified=datetime.fromtimestamp(int(settled), UTC))
