"""The articles that ever bore one title, in the order in which they come into question for a draft.

A hash holds what tells them apart, a sorted set their order: by day, the undated last. A further hash says
whose a day is: the first article of a title on a day has them both. A draft with a day asks for that day and
the undated, one without asks from the end. So a title that thousands of articles bear (“Weekly briefing”)
costs little more than a new one.
"""

from dataclasses import dataclass, replace

from services.ingest.identity import Facts, Identity
from shared import keys
from shared.exchange import Command
from shared.scripting import Call, Script

_UNDATED = "~"
"""Sorts behind every day, and `}` behind every `|`."""

_AT_ONCE = 100
"""Articles that one reading looks at; hardly any title has as many of a day, or without one."""

# A title that nobody bears has no days either. Articles with an address are passed over for a draft that
# has one: the same address is found by itself.
_READ = Script("""
local count = redis.call('HLEN', KEYS[1])
if count == 0 then return {0, false, 0, {}} end
local day, has_address = ARGV[1], ARGV[2] == '1'
local first, most, undated = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local ranges = {{'-', '+'}}
if day ~= '' then
  ranges = {{'[' .. day .. '|', '(' .. day .. '}'}, {'[' .. undated .. '|', '(' .. undated .. '}'}}
end
local found, is_full = {}, 0
for _, range in ipairs(ranges) do
  local members = redis.call('ZREVRANGEBYLEX', KEYS[2], range[2], range[1], 'LIMIT', first, most)
  for _, member in ipairs(members) do
    local id, address = string.match(member, '^[^|]*|(.*)|(.)$')
    if not (has_address and address == '+') then
      found[#found + 1] = id
      found[#found + 1] = redis.call('HGET', KEYS[1], id)
    end
  end
  if #members == most then is_full = 1 end
end
return {count, redis.call('HGET', KEYS[3], day), is_full, found}
""")

# All is as it was read: as many articles, this one's facts, and whose the day is.
_CLAIM = Script("""
local id, count, before, old, day, holder = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[5], ARGV[7], ARGV[8]
if redis.call('HLEN', KEYS[1]) ~= count then return 0 end
if count > 0 then
  if (redis.call('HGET', KEYS[1], id) or '') ~= before then return 0 end
  if (redis.call('HGET', KEYS[3], day) or '') ~= holder then return 0 end
end
redis.call('HSET', KEYS[1], id, ARGV[4])
if old ~= '' then redis.call('ZREM', KEYS[2], old) end
redis.call('ZADD', KEYS[2], 0, ARGV[6])
if day ~= '' and holder == '' then redis.call('HSET', KEYS[3], day, id) end
return 1
""")


@dataclass(frozen=True)
class Titled:
    """How many articles bear the title, whose is the draft's day, and the facts of those that were read.

    `more` of them may come into question.
    """

    count: int
    day_holder: str | None
    facts: dict[str, Facts]
    more: bool

    @classmethod
    def from_reply(cls, reply: tuple[int, bytes | None, int, list[bytes]]) -> "Titled":
        """Return what `reading` was answered."""
        count, holder, is_full, found = reply
        pairs = zip(found[::2], found[1::2], strict=True)
        facts = {article_id.decode(): Facts.from_json(stored) for article_id, stored in pairs}
        return cls(count, holder.decode() if holder else None, facts, bool(is_full))

    def together_with(self, further: "Titled") -> "Titled":
        """Return this with a further page; all else stays as it was read first."""
        return replace(self, facts=self.facts | further.facts, more=further.more)


def reading(identity: Identity, page: int = 0) -> Call:
    """Return the call for a page of the articles in question; those of the first pages are preferred."""
    facts = identity.facts
    has_address = "1" if facts.url else ""
    asked = (facts.day or "", has_address, page * _AT_ONCE, _AT_ONCE, _UNDATED)
    return Call(_READ, _keys(identity), asked)


def reading_one(identity: Identity, article_id: str) -> Command:
    """Return the command that reads the facts of one article, as JSON or nil."""
    return ("HGET", keys.identity_title(identity.title), article_id)


def claiming(identity: Identity, article_id: str, seen: Titled) -> Call | None:
    """Return the call that keeps what the identity says of an article, or None when all of it is kept.

    Its answer is 1, or 0 when not all is still as it was seen.
    """
    day, known = identity.facts.day or "", seen.facts.get(article_id)
    facts = identity.facts.together_with(known) if known else identity.facts
    if facts == known and (seen.day_holder or not day):
        return None
    before, old = (known.to_json(), _member(known, article_id)) if known else (b"", "")
    after = (facts.to_json(), old, _member(facts, article_id), day, seen.day_holder or "")
    return Call(_CLAIM, _keys(identity), (article_id, seen.count, before, *after))


def _keys(identity: Identity) -> tuple[str, str, str]:
    title = identity.title
    return keys.identity_title(title), keys.identity_title_days(title), keys.identity_title_dates(title)


def _member(facts: Facts, article_id: str) -> str:
    return f"{facts.day or _UNDATED}|{article_id}|{'+' if facts.url else '-'}"
