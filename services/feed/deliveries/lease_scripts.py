"""How deliveries come into a hand, stay there, and leave it without an end, as Lua.

While one is in hand, the `holder` in its hash says in whose, and since which turn of theirs. What needs
memory is written first: a Redis that is full refuses only scripts that have written nothing yet.
"""

from shared.scripting import Script

LEASE = Script("""
-- KEYS: due, leased, statistics
-- ARGV: now, lease end, most in all hands, most to take, prefix of delivery keys, failures that open the
--       breaker, deliveries per second ('' any number), how many may come at once by that rate, holder,
--       until when leases of others must have ended for what they held to be due again
-- Returns the score of the first one that stays due, that of the first lease, what was taken, and when more
-- may be taken at the earliest ('' at once).
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[10])) do
  redis.call('ZADD', KEYS[1], redis.call('HGET', ARGV[5] .. id, 'next_at') or ARGV[1], id)
  redis.call('ZREM', KEYS[2], id)
end
local now, rate = tonumber(ARGV[1]), tonumber(ARGV[7])
local known = redis.call('HMGET', KEYS[3], 'failures_in_a_row', 'probe_at', 'tokens', 'tokens_at')
local open = tonumber(known[1] or 0) >= tonumber(ARGV[6])
local held = 0
local window = tonumber(ARGV[3])
if open then
  window = 1
  held = tonumber(known[2] or 0)
end
local taken = {}
local room = math.min(window - redis.call('ZCARD', KEYS[2]), tonumber(ARGV[4]))
if held > now then room = 0 end
local tokens, tokens_at = 0, now
if rate then
  tokens_at = math.max(now, tonumber(known[4] or now))
  local gained = (tokens_at - tonumber(known[4] or tokens_at)) / 1000 * rate
  tokens = math.min(tonumber(ARGV[8]), tonumber(known[3] or ARGV[8]) + gained)
  room = math.min(room, math.floor(tokens + 1e-6))
end
if room > 0 then
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, room)) do
    local delivery = ARGV[5] .. id
    local fields = redis.call('HMGET', delivery, 'token',
      'event_id', 'event_type', 'partition', 'attempts', 'step', 'trigger', 'request_id', 'traceparent')
    if fields[2] then
      fields[1] = tonumber(fields[1] or 0) + 1
      redis.call('HSET', delivery, 'token', fields[1], 'holder', ARGV[9])
      redis.call('ZADD', KEYS[2], ARGV[2], id)
      taken[#taken + 1] = {id, unpack(fields)}
    end
    redis.call('ZREM', KEYS[1], id)
  end
end
if rate then
  tokens = tokens - #taken
  if #taken > 0 then
    redis.call('HSET', KEYS[3], 'tokens', tostring(tokens), 'tokens_at', string.format('%.0f', tokens_at))
  end
  if tokens + 1e-6 < 1 then held = math.max(held, tokens_at + math.ceil((1 - tokens) * 1000 / rate)) end
end
local due = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local leased = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
return {due[2] or '', leased[2] or '', taken, held > now and string.format('%.0f', held) or ''}
""")

HOLD = Script("""
-- KEYS: due, leased
-- ARGV: prefix of delivery keys, now, lease end, name of the holder, its turn, then id and token of each that
--       is in its hand
-- Lets the leases of these end later. What an earlier turn of the same holder took besides, it never heard
-- of: that is due again. Returns how many that are.
local in_hand, back = {}, 0
for at = 6, #ARGV, 2 do in_hand[ARGV[at] .. ' ' .. ARGV[at + 1]] = true end
for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  local delivery = ARGV[1] .. id
  local known = redis.call('HMGET', delivery, 'token', 'holder', 'next_at')
  if known[1] and in_hand[id .. ' ' .. known[1]] then
    redis.call('ZADD', KEYS[2], ARGV[3], id)
  elseif known[2] then
    local name, turn = string.match(known[2], '^(%S+) (%d+)$')
    if name == ARGV[4] and tonumber(turn) < tonumber(ARGV[5]) then
      redis.call('HSET', delivery, 'token', known[1] + 1)
      redis.call('HDEL', delivery, 'holder')
      redis.call('ZREM', KEYS[2], id)
      redis.call('ZADD', KEYS[1], known[3] or ARGV[2], id)
      back = back + 1
    end
  end
end
return back
""")

RELEASE = Script("""
-- KEYS: due, leased. ARGV: prefix of delivery keys, then id and token of each. Puts back what was leased and
-- not tried; returns how many.
local back = 0
for at = 2, #ARGV, 2 do
  local delivery = ARGV[1] .. ARGV[at]
  local held = redis.call('HMGET', delivery, 'token', 'next_at')
  if held[1] == ARGV[at + 1] then
    redis.call('HINCRBY', delivery, 'token', 1)
    redis.call('HDEL', delivery, 'holder')
    redis.call('ZREM', KEYS[2], ARGV[at])
    redis.call('ZADD', KEYS[1], held[2], ARGV[at])
    back = back + 1
  end
end
return back
""")
