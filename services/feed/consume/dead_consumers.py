"""Removes consumers that are gone for good: every start of a process leaves some behind (Redis)."""

from datetime import timedelta

from redis.asyncio import Redis

from shared import keys

LONG_INACTIVE = timedelta(minutes=10)
"""Far longer than a living consumer goes without asking (1 s) and than an abandoned entry waits (15 s)."""

_REMOVE = """
-- KEYS: stream. ARGV: group, for how long it must not have asked (ms). Returns the names that went.
-- Whoever has entries in hand stays, whatever its age: removing it would drop them unread.
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if consumers.err then return {} end
local gone = {}
for _, fields in ipairs(consumers) do
  local consumer = {}
  for i = 1, #fields, 2 do consumer[fields[i]] = fields[i + 1] end
  if consumer['pending'] == 0 and consumer['idle'] >= tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer['name'])
    gone[#gone + 1] = consumer['name']
  end
end
return gone
"""


async def remove_dead_consumers(
    redis: "Redis", partition: int, group: str, inactive: timedelta = LONG_INACTIVE
) -> list[str]:
    """Remove those with nothing in hand that have not asked for so long; return their names.

    One that was merely stopped for that time comes back by itself with its next read.
    """
    milliseconds = inactive // timedelta(milliseconds=1)
    gone: list[bytes] = await redis.eval(_REMOVE, 1, keys.events(partition), group, milliseconds)
    return [name.decode() for name in gone]
