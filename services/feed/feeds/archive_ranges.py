"""Which articles lie in an archive document of a feed, and where the documents begin and end (Redis).

An archive document goes from its position down to the next boundary, and the one behind it starts exactly
there. So whoever follows the links meets every article once, whatever boundaries are laid meanwhile. These
only see to it that the documents stay the same: they are laid from the oldest article up, and stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from services.feed.feeds.archive_position import Position
from services.feed.feeds.selection import Selection
from shared import keys

ENTRIES = 50
"""How many articles a document has when it is made; late ones may double that before it is divided."""

# A position's rank is the number of members that stand before it. When nothing stands there, it is searched
# for, and bytes are compared as sorted sets do: Lua's own `<` follows the locale of the server.
#
# The part above the newest boundary keeps what the feed shows, and so no boundary is ever laid below a
# position that a feed named before: what lies between it and the next boundary stays the same as well.
_READ = """
local index, bounds, versions = KEYS[1], KEYS[2], KEYS[3]
local score, id, shown, size = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local refused = false

local function before(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = a:byte(i), b:byte(i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local function rank(set, score, member)
  local found = redis.call('ZSCORE', set, member)
  if found and tonumber(found) == tonumber(score) then return redis.call('ZRANK', set, member) end
  local low = redis.call('ZCOUNT', set, '-inf', '(' .. score)
  local high = low + redis.call('ZCOUNT', set, score, score)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if before(redis.call('ZRANGE', set, middle, middle)[1], member) then
      low = middle + 1
    else
      high = middle
    end
  end
  return low
end

local function position_at(place)
  local entry = redis.call('ZRANGE', index, place, place, 'WITHSCORES')
  local at = string.format('%.0f', tonumber(entry[2]))
  return at, at .. '~' .. entry[1]
end

local function floor_of(boundaries)
  if boundaries == 0 then return 0 end
  local key = redis.call('ZRANGE', bounds, boundaries - 1, boundaries - 1)[1]
  return rank(index, key:match('^(.-)~(.*)$'))
end

local function lay(low, high, kept)
  while high - low > size + kept do
    low = low + size
    local at, key = position_at(low)
    -- A Redis that is full or read-only still has readers.
    refused = type(redis.pcall('ZADD', bounds, at, key)) == 'table' or refused
  end
  return low
end

local key = score .. '~' .. id
if not redis.call('ZSCORE', bounds, key) and redis.call('HEXISTS', versions, id) == 0 then return false end
lay(floor_of(redis.call('ZCARD', bounds)), redis.call('ZCARD', index), shown)
local high = rank(index, score, id)
local low = lay(floor_of(rank(bounds, score, key)), high, size)
local older, newer = '', ''
if low > 0 then
  local at, first = position_at(low)
  older = first
  if not refused then
    -- The smallest boundary above the next older article: documents that have become empty are left out.
    local at, last = position_at(low - 1)
    local above = rank(bounds, at, last)
    local found = redis.call('ZRANGE', bounds, above, above + 1)
    older = found[1] == last and found[2] or found[1]
  end
end
local fixed = redis.call('ZSCORE', bounds, key)
if fixed then
  local above = redis.call('ZRANK', bounds, key) + 1
  newer = redis.call('ZRANGE', bounds, above, above)[1] or ''
end
local ids = low < high and redis.call('ZRANGE', index, low, high - 1) or {}
return {fixed and 1 or 0, older, newer, ids}
"""


@dataclass(frozen=True)
class ArchiveRange:
    """What an archive document holds: ids, newest first, and the positions of its neighbours.

    `older` is None behind the first article, `newer` where only the feed itself, or a document that moves
    with it, is newer. A `fixed` one stands on a boundary and stays linked.
    """

    position: Position
    fixed: bool
    ids: tuple[str, ...]
    older: Position | None
    newer: Position | None


@dataclass(frozen=True)
class ArchiveRanges:
    """The archives of all feeds; `entries` is how many articles a document has when it is made."""

    redis: "Redis"
    entries: int = ENTRIES

    async def read(self, selection: Selection, position: Position, *, shown: int) -> ArchiveRange | None:
        """Return the articles strictly older than a position, down to the next boundary.

        `shown` is how many articles the feed itself shows. None for a position that the feed never named.
        """
        places = (keys.feed_index(selection), keys.feed_boundaries(selection), keys.feed_versions(selection))
        async with self.redis.pipeline(transaction=False) as pipe:
            pipe.eval(_READ, 3, *places, position.at, position.article_id, shown, self.entries)
            (found,) = await pipe.execute()
        return None if found is None else _range(position, found)


def _range(position: Position, found: Sequence[Any]) -> ArchiveRange:
    fixed, older, newer, ids = found
    return ArchiveRange(
        position=position,
        fixed=bool(fixed),
        ids=tuple(article_id.decode() for article_id in reversed(ids)),
        older=Position.of(older.decode()),
        newer=Position.of(newer.decode()),
    )
