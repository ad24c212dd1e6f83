"""What is done with many dead letters at once, as Lua: a bounded number each time, within one partition.

What is looked through are letters without their payloads, which lie apart.
"""

_WANTED = """
local function fields_of(letter)
  local fields = {}
  for i = 1, #letter[2], 2 do fields[letter[2][i]] = letter[2][i + 1] end
  return fields
end
local function is_wanted(fields, reason, article)
  local found = reason == '' or string.find(string.lower(fields['reason'] or ''), reason, 1, true)
  if not found then return false end
  return article == '' or fields['article_id'] == article
end
"""

SCAN = (
    _WANTED
    + """
-- KEYS: dead letters. ARGV: newest and oldest id, as XREVRANGE takes them, letters to look at, wanted letters
-- at most, part of a reason in lower-case ASCII or '', article or ''.
-- Returns the wanted ones, and the id that was looked at last ('' when none is left).
local found, last = {}, ''
local letters = redis.call('XREVRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])
for _, letter in ipairs(letters) do
  local fields = fields_of(letter)
  last = letter[1]
  if is_wanted(fields, ARGV[5], ARGV[6]) then
    found[#found + 1] = {letter[1], fields['entry'] or '', fields['reason'] or '', fields['attempts'] or '0',
      fields['event_id'] or '', fields['type'] or '', fields['article_id'] or '', fields['title'] or ''}
    if #found == tonumber(ARGV[4]) then return {found, last} end
  end
end
if #letters < tonumber(ARGV[3]) then last = '' end
return {found, last}
"""
)

COUNT = (
    _WANTED
    + """
-- KEYS: dead letters. ARGV: newest and oldest id, as XREVRANGE takes them, letters to look at, part of a
-- reason in lower-case ASCII or '', article or ''. Returns how many are wanted, and the id that was looked at
-- last ('' when none is left).
local count, last = 0, ''
local letters = redis.call('XREVRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])
for _, letter in ipairs(letters) do
  last = letter[1]
  if is_wanted(fields_of(letter), ARGV[4], ARGV[5]) then count = count + 1 end
end
if #letters < tonumber(ARGV[3]) then last = '' end
return {count, last}
"""
)

REASONS = """
-- KEYS: dead letters. ARGV: letters to look at. Returns each reason and how many of them have it.
local counts = {}
for _, letter in ipairs(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', ARGV[1])) do
  for i = 1, #letter[2], 2 do
    if letter[2][i] == 'reason' then counts[letter[2][i + 1]] = (counts[letter[2][i + 1]] or 0) + 1 end
  end
end
local flat = {}
for reason, count in pairs(counts) do
  flat[#flat + 1] = reason
  flat[#flat + 1] = count
end
return flat
"""

_ACT = (
    _WANTED
    + """
-- KEYS: dead letters, their payloads, events. ARGV: oldest and newest id, as XRANGE takes them, letters to
-- look at, part of a reason in lower-case ASCII or '', article or '', group. Oldest first: events come again
-- in their order. Returns how many were wanted, and the id that was looked at last ('' when none is left).
local acted, last = 0, ''
local letters = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[2], 'COUNT', ARGV[3])
for _, letter in ipairs(letters) do
  local fields = fields_of(letter)
  last = letter[1]
  if is_wanted(fields, ARGV[4], ARGV[5]) then
    local entry = fields['entry'] or ''
    %s
    redis.call('HDEL', KEYS[2], entry)
    redis.call('XDEL', KEYS[1], letter[1])
    acted = acted + 1
  end
end
if #letters < tonumber(ARGV[3]) then last = '' end
return {acted, last}
"""
)

DISCARD = _ACT % ""

REPLAY = (
    _ACT
    % """local payload = redis.call('HGET', KEYS[2], entry) or ''
    redis.call('XADD', KEYS[3], '*', '__data__', payload, 'group', ARGV[6])"""
)
