"""All that must be read of a feed before its bytes can be given out or made: one round trip to Redis.

The state is read first, by the same script as what follows from it: so whatever was made from the rest holds
every change that the state counts, and perhaps later ones.
"""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from redis.asyncio import Redis

from services.feed.feeds.archive_position import Position
from services.feed.feeds.channel import Form
from services.feed.feeds.content_coding import BROTLI, GZIP
from services.feed.feeds.members import TOLD_FOR_MS, FeedState
from services.feed.feeds.own_feed import MOST_ENTRIES, NEWEST, OwnFeed, name_of
from services.feed.feeds.rendition import Edition, Rendition
from services.feed.feeds.selection import ALL, ALL_TITLE, Selection, is_own
from shared import keys
from shared.timestamps import from_epoch_ms

_MOST_TOLD = 1000
"""So many withdrawals a feed tells of, the latest: they are downloaded with every change of it."""

# A rendition on the shelf counts if it is of this version or a later one, was made with the same settings,
# and its bytes are there. Whoever holds the state's own rendition is told nothing but the time.
_GLANCE = """
local state = redis.call('HMGET', KEYS[1], 'version', 'updated', 'modified')
for i = 1, 3 do state[i] = state[i] or '0' end
local time = redis.call('TIME')
if table.concat(state, '.') == ARGV[1] then return {time, state} end
local held = redis.call('HMGET', KEYS[2], 'etag', 'modified', 'mark', 'version', 'label', 'gzip', 'br')
local ours = held[3] == ARGV[2]
if ours and held[6] and tonumber(held[4]) >= tonumber(state[1]) then return {time, state, held} end
local withdrawn = {}
if ARGV[5] ~= '0' then
  withdrawn = redis.call('ZREVRANGEBYSCORE', KEYS[4], '+inf', string.format('%.0f', state[2] - ARGV[4]),
      'WITHSCORES', 'LIMIT', 0, ARGV[5])
end
local last = ours and {held[1], held[2]} or {}
return {time, state, last, redis.call('ZREVRANGE', KEYS[3], 0, ARGV[3], 'WITHSCORES'), withdrawn}
"""


class Shelved(NamedTuple):
    """What is known of the rendition that stood on the shelf last: its digest and its Last-Modified."""

    digest: str
    last_modified: datetime


@dataclass(frozen=True)
class Glance:
    """A feed as it was at one moment, `at` by the server's clock; `own` is an operator's definition of it.

    It has either the `finished` rendition, or what one is made of: the `newest` positions (at least one more
    than the feed shows, if there is one more), for Atom what was `withdrawn` (article id → ms since 1970),
    latest first, and the `last` rendition that was made with the same settings. It has none of these when the
    caller holds the rendition of this very state.
    """

    selection: Selection
    title: str
    own: OwnFeed | None
    state: FeedState
    at: datetime
    finished: Rendition | None = None
    last: Shelved | None = None
    newest: Sequence[Position] = ()
    withdrawn: Mapping[str, int] = field(default_factory=dict)

    def shown(self, entries: int) -> tuple[list[str], Position | None]:
        """Return the ids of the entries that the feed shows, and where its archive goes on, if it does."""
        shown = self.newest[:entries]
        behind = shown[-1] if len(self.newest) > entries else None
        return [position.article_id for position in shown], behind

    def date_of(self, digest: str) -> datetime | None:
        """Return the Last-Modified of new bytes if that is certain, without putting them on the shelf before.

        It is the last rendition's if the bytes are the same. Otherwise it is the second of the feed's change,
        if that is over: no other bytes had it before, and none will.
        """
        if self.last is None:
            return None
        if self.last.digest == digest:
            return self.last.last_modified
        changed = from_epoch_ms(self.state.modified // 1000).replace(microsecond=0)
        return changed if self.last.last_modified < changed < self.at else None


@dataclass(frozen=True)
class Glances:
    """Looks at feeds for renditions that are made with settings of this `mark`."""

    redis: "Redis"
    mark: str

    async def at(self, edition: Edition, held: str = "") -> Glance | None:
        """Return how a feed is now, or None when there is none; `held` labels the rendition that one has."""
        selection, form, _ = edition
        places = (
            keys.feed_state(selection),
            edition.key,
            keys.feed_index(selection),
            keys.feed_withdrawn(selection),
        )
        most = MOST_ENTRIES if is_own(selection) else NEWEST
        told = _MOST_TOLD if form is Form.ATOM else 0
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.eval(_GLANCE, len(places), *places, held, self.mark, most, TOLD_FOR_MS, told)
            # After the state: a definition is changed first, and then the state of its feed.
            if is_own(selection):
                pipe.hget(keys.own_feeds(), name_of(selection))
            else:
                pipe.hget(keys.feeds(), selection)
            found, named = await pipe.execute()
        return _glance(selection, found, named)


def _glance(selection: Selection, found: Sequence[Any], named: bytes | None) -> Glance | None:
    own = OwnFeed.model_validate_json(named) if is_own(selection) and named is not None else None
    if own is not None and own.selection != selection:
        return None
    if own is not None:
        title = own.title
    elif named is not None:
        title = named.decode()
    elif selection == ALL:
        title = ALL_TITLE
    else:
        return None
    (seconds, _), state, *rest = found
    shelved, newest, withdrawn = [*rest, (), (), ()][:3]
    is_finished = len(shelved) > len(Shelved._fields)
    return Glance(
        selection=selection,
        title=title,
        own=own,
        state=FeedState(*map(int, state)),
        at=_moment(seconds),
        finished=_rendition(shelved) if is_finished else None,
        last=Shelved(shelved[0].decode(), _moment(shelved[1])) if shelved and not is_finished else None,
        newest=[Position(int(at), article_id.decode()) for article_id, at in _pairs(newest)],
        withdrawn={article_id.decode(): int(when) for article_id, when in _pairs(withdrawn)},
    )


def _rendition(row: Sequence[bytes]) -> Rendition:
    digest, modified, _, version, label, compressed, brotli = row
    return Rendition(
        version=int(version),
        label=label.decode(),
        body=gzip.decompress(compressed),
        digest=digest.decode(),
        last_modified=_moment(modified),
        encoded={BROTLI: brotli, GZIP: compressed},
    )


def _moment(seconds: bytes) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _pairs(flat: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    return list(zip(flat[::2], flat[1::2], strict=True))
