"""Who reads for a consumer group, and taking those off its list who are gone for good (Redis).

Every start of a process leaves some behind. Removing one drops what it had pending: it is done only when that
is nothing.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from shared import keys

LONG_INACTIVE = timedelta(minutes=10)
"""Far longer than a living consumer goes without asking (1 s) and than an abandoned entry waits (10 s)."""

_REMOVE = """
-- KEYS: stream. ARGV: group, for how long it must not have asked (ms), name or '' for any.
-- Returns the names that went.
-- Whoever has entries in hand stays, whatever its age: removing it would drop them unread.
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if consumers.err then return {} end
local gone = {}
for _, fields in ipairs(consumers) do
  local consumer = {}
  for i = 1, #fields, 2 do consumer[fields[i]] = fields[i + 1] end
  local meant = ARGV[3] == '' or consumer['name'] == ARGV[3]
  if meant and consumer['pending'] == 0 and consumer['idle'] >= tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer['name'])
    gone[#gone + 1] = consumer['name']
  end
end
return gone
"""


async def remove_dead_consumers(
    redis: "Redis", partition: int, group: str, inactive: timedelta = LONG_INACTIVE, *, name: str = ""
) -> list[str]:
    """Remove those with nothing in hand that have not asked for so long, or the one of that name.

    Return the names of those that went. What is asked and what is done is one script: whoever comes back in
    between stays.

    One that was merely stopped for that time comes back by itself with its next read.
    """
    milliseconds = inactive // timedelta(milliseconds=1)
    gone: list[bytes] = await redis.eval(_REMOVE, 1, keys.events(partition), group, milliseconds, name)
    return [one.decode() for one in gone]


@dataclass(frozen=True)
class KnownConsumer:
    """One consumer as Redis has it: `idle` is how long ago it last asked for work."""

    name: str
    pending: int
    idle: timedelta

    @property
    def removable(self) -> bool:
        """Whether it is gone for good, and nothing is lost with it."""
        return self.pending == 0 and self.idle >= LONG_INACTIVE


async def known_consumers(redis: "Redis", partition: int, group: str) -> list[KnownConsumer]:
    """Return a group's consumers, those that asked for work last first; none when there is no such group."""
    try:
        rows: Any = await redis.xinfo_consumers(keys.events(partition), group)
    except ResponseError as error:
        if "no such key" in str(error) or "NOGROUP" in str(error):
            return []
        raise
    known = [
        KnownConsumer(row["name"].decode(), row["pending"], timedelta(milliseconds=row["idle"]))
        for row in rows
    ]
    return sorted(known, key=lambda consumer: (consumer.idle, consumer.name))
