"""Drops from a stream what every group has done with and what is older than is kept (Redis).

`MAXLEN` would drop unread entries without a word; `MINID` drops nothing at or after an id, and a script finds
that id and trims in one step, so that no group can come in between.
"""

from collections.abc import Sequence
from datetime import timedelta

from redis.asyncio import Redis

from shared import keys
from shared.streams import GROUPS

_TRIM = """
-- KEYS: stream. ARGV: for how long entries are kept (ms), then the groups that there must be.
-- Returns how many entries went. Ids are compared as text: their parts may exceed what Lua's numbers hold.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end

local function longer_or_later(one, other)
  if #one ~= #other then return #one > #other end
  return one > other
end

local function later(one, other)
  local ms, n = string.match(one, '^(%d+)-(%d+)$')
  local other_ms, other_n = string.match(other, '^(%d+)-(%d+)$')
  if ms ~= other_ms then return longer_or_later(ms, other_ms) end
  return longer_or_later(n, other_n)
end

local time = redis.call('TIME')
local now = time[1] .. string.format('%03d', math.floor(tonumber(time[2]) / 1000))
local first_kept = string.format('%.0f', math.max(0, tonumber(now) - tonumber(ARGV[1]))) .. '-0'

local function keep(id)
  if id and later(first_kept, id) then first_kept = id end
end

local missing = {}
for i = 2, #ARGV do missing[ARGV[i]] = true end
for _, fields in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for i = 1, #fields, 2 do group[fields[i]] = fields[i + 1] end
  missing[group['name']] = nil
  keep(redis.call('XPENDING', KEYS[1], group['name'])[2])
  local unread = redis.call('XRANGE', KEYS[1], '(' .. group['last-delivered-id'], '+', 'COUNT', 1)[1]
  keep(unread and unread[1])
end
-- A group that does not exist yet will be made at the very beginning, and needs everything.
if next(missing) then return 0 end
return redis.call('XTRIM', KEYS[1], 'MINID', '~', first_kept)
"""


async def trim(redis: "Redis", partition: int, kept: timedelta, groups: Sequence[str] = GROUPS) -> int:
    """Drop what nobody needs, in whole nodes of about a hundred entries; return how many went.

    Everything that any group has not read or not acknowledged stays, and everything younger than `kept` by
    the server's clock. Nothing goes while one of `groups` is missing.
    """
    milliseconds = kept // timedelta(milliseconds=1)
    return int(await redis.eval(_TRIM, 1, keys.events(partition), milliseconds, *groups))


_DROP_LETTERS = """
-- KEYS: dead letters, their payloads. ARGV: for how long letters are kept (ms), letters at most.
-- Returns how many went.
local time = redis.call('TIME')
local oldest = tonumber(time[1]) * 1000 - tonumber(ARGV[1])
local last = string.format('(%.0f', math.max(0, oldest))
local letters = redis.call('XRANGE', KEYS[1], '-', last, 'COUNT', ARGV[2])
for _, letter in ipairs(letters) do
  for i = 1, #letter[2], 2 do
    if letter[2][i] == 'entry' then redis.call('HDEL', KEYS[2], letter[2][i + 1]) end
  end
  redis.call('XDEL', KEYS[1], letter[1])
end
return #letters
"""

_LETTERS_AT_ONCE = 500


async def drop_old_dead_letters(redis: "Redis", partition: int, group: str, kept: timedelta) -> int:
    """Drop dead letters that nobody decided about for so long; return how many went."""
    names = (keys.dead_letters(partition, group), keys.dead_letter_payloads(partition, group))
    milliseconds = kept // timedelta(milliseconds=1)
    dropped = 0
    while went := int(await redis.eval(_DROP_LETTERS, 2, *names, milliseconds, _LETTERS_AT_ONCE)):
        dropped += went
    return dropped
