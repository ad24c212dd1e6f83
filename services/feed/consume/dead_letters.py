"""Events that were given up: kept on a stream of their own, with the reason, until somebody decides."""

from dataclasses import dataclass
from datetime import datetime

from redis.asyncio import Redis

from services.feed.consume.stream_entry import PAYLOAD_FIELD
from shared import keys
from shared.events import ArticleEvent
from shared.timestamps import rfc3339

# The payload goes from stream to stream inside Redis: it may be what ends every process that reads it. What
# is told of an event that was never read is found in the bytes, as ingest writes them.
_BURY = """
-- KEYS: stream, dead letters, their payloads. ARGV: group, entry, reason, attempts, at, name of the payload's
-- field, then what is told of the event, in pairs. Returns 1, or 0 when the entry is not pending any more.
if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1) == 0 then return 0 end
local payload = ''
local found = redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2])
local fields = found[1] and found[1][2] or {}
for i = 1, #fields, 2 do
  if fields[i] == ARGV[6] then payload = fields[i + 1] end
end
local told = {unpack(ARGV, 7)}
if #told == 0 then
  local seen = {
    event_id = '"id":"(evt_%x+)"', type = '"type":"(article%.%l+)"',
    article_id = '"article":{"id":"([^"\\\\]+)"', title = '"title":"([^"\\\\]+)"',
  }
  for name, pattern in pairs(seen) do
    local value = string.match(payload, pattern)
    if value then
      told[#told + 1] = name
      told[#told + 1] = value
    end
  end
end
redis.call('HSET', KEYS[3], ARGV[2], payload)
redis.call('XADD', KEYS[2], '*', 'entry', ARGV[2], 'reason', ARGV[3], 'attempts', ARGV[4], 'at', ARGV[5],
  unpack(told))
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
return 1
"""


@dataclass(frozen=True)
class DeadLetter:
    """An entry that one group gives up after so many attempts, and why; the event when it could be read."""

    entry_id: bytes
    reason: str
    attempts: int
    event: ArticleEvent | None = None


async def bury(redis: "Redis", partition: int, group: str, letter: DeadLetter, now: datetime) -> bool:
    """Move an entry from the group's pending list to its dead letters, and tell whether it was still there.

    The entry's payload is kept as it was, so that it can be put back on the stream, and apart from the
    letter: whoever looks through two hundred thousand letters for a reason should not pass all articles.
    """
    names = (
        *(keys.events(partition), keys.dead_letters(partition, group)),
        keys.dead_letter_payloads(partition, group),
    )
    reason = letter.reason.encode("utf-8", "replace")
    arguments = (group, letter.entry_id, reason, letter.attempts, rfc3339(now), PAYLOAD_FIELD)
    return bool(await redis.eval(_BURY, len(names), *names, *arguments, *_told(letter.event)))


def _told(event: ArticleEvent | None) -> tuple[str, ...]:
    if event is None:
        return ()
    return (
        *("event_id", event.id, "type", event.type),
        *("article_id", event.article.id, "title", event.article.title),
    )
