"""The steps of an endpoint's queue that must not be torn apart, as Lua. Each touches one endpoint's tag only.

They are sent as text each time (`EVAL`): the server keeps them compiled, and no restart of it loses one.
A delivery's hash holds a fencing `token` that moves with every lease and with its end, so that a worker which
comes back after its lease changes nothing, and a repeated command neither.
"""

ENQUEUE = """
-- KEYS: deliveries, status:pending, due, then one delivery each
-- ARGV: now, then of each delivery id and seven fields. Returns how many are new.
local new = 0
for i = 4, #KEYS do
  local at = 2 + (i - 4) * 8
  local id = ARGV[at]
  if redis.call('EXISTS', KEYS[i]) == 0 then
    redis.call('HSET', KEYS[i], 'event_id', ARGV[at + 1], 'event_type', ARGV[at + 2],
      'event_at', ARGV[at + 3], 'article_id', ARGV[at + 4], 'version', ARGV[at + 5],
      'partition', ARGV[at + 6], 'trigger', ARGV[at + 7], 'status', 'pending',
      'created_at', ARGV[1], 'next_at', ARGV[1],
      'attempts', 0, 'step', 0, 'token', 0, 'resends', 0)
    redis.call('ZADD', KEYS[1], ARGV[1], id)
    redis.call('ZADD', KEYS[2], ARGV[1], id)
    redis.call('ZADD', KEYS[3], ARGV[1], id)
    new = new + 1
  end
end
return new
"""

LEASE = """
-- KEYS: due, leased, statistics
-- ARGV: now, lease end, most in all hands, most to take, prefix of delivery keys, failures that open the
--       breaker, deliveries per second ('' any number), how many may come at once by that rate
-- Returns the score of the first one that stays due, that of the first lease, what was taken, and when more
-- may be taken at the earliest ('' at once).
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1])) do
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZADD', KEYS[1], redis.call('HGET', ARGV[5] .. id, 'next_at') or ARGV[1], id)
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
    redis.call('ZREM', KEYS[1], id)
    if redis.call('EXISTS', delivery) == 1 then
      redis.call('ZADD', KEYS[2], ARGV[2], id)
      local token = redis.call('HINCRBY', delivery, 'token', 1)
      local fields = redis.call('HMGET', delivery,
        'event_id', 'event_type', 'partition', 'attempts', 'step', 'trigger')
      taken[#taken + 1] = {id, token, unpack(fields)}
    end
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
"""

FINISH = """
-- KEYS: delivery, attempts, due, leased, statistics, latencies, status:pending, :retrying, :delivered, :dead
-- ARGV: id, token, status, next at or '', now, attempt, 1 when delivered, duration, HTTP status or '',
--       error or '', steps taken, latencies to keep, failures that open the breaker, first and longest
--       pause between two probes (ms)
-- Returns when the delivery is due next ('' never), since when there are only failures ('' the last one
-- succeeded) and the time of the event when it has just arrived for the first time ('' otherwise), or false
-- when the lease is another's.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[2] then return false end
local status_keys = {pending = KEYS[7], retrying = KEYS[8], delivered = KEYS[9], dead = KEYS[10]}
local known = redis.call('HMGET', KEYS[1], 'created_at', 'status', 'resends')
local status, next_at, step, trigger = ARGV[3], ARGV[4], ARGV[11], 'retry'
if tonumber(known[3]) > 0 then
  redis.call('HINCRBY', KEYS[1], 'resends', -1)
  status, next_at, step, trigger = 'pending', ARGV[5], 0, 'manual'
end
redis.call('HINCRBY', KEYS[1], 'token', 1)
redis.call('HINCRBY', KEYS[1], 'attempts', 1)
redis.call('HSET', KEYS[1], 'status', status, 'next_at', next_at, 'step', step, 'trigger', trigger,
  'last_attempt_at', ARGV[5], 'last_status', ARGV[9], 'last_error', ARGV[10])
redis.call('RPUSH', KEYS[2], ARGV[6])
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if next_at ~= '' then redis.call('ZADD', KEYS[3], next_at, ARGV[1]) end
redis.call('ZREM', status_keys[known[2]], ARGV[1])
redis.call('ZADD', status_keys[status], known[1], ARGV[1])
redis.call('HINCRBY', KEYS[5], 'attempts', 1)
redis.call('HSET', KEYS[5], 'last_attempt_at', ARGV[5])
local arrived = ''
if ARGV[7] == '1' then
  if redis.call('HSETNX', KEYS[1], 'arrived_at', ARGV[5]) == 1 then
    arrived = redis.call('HGET', KEYS[1], 'event_at')
  end
  redis.call('HINCRBY', KEYS[5], 'successes', 1)
  redis.call('HSET', KEYS[5], 'last_success_at', ARGV[5], 'failures_in_a_row', 0)
  redis.call('HDEL', KEYS[5], 'failing_since', 'probe_at')
else
  local beyond = redis.call('HINCRBY', KEYS[5], 'failures_in_a_row', 1) - tonumber(ARGV[13])
  redis.call('HSETNX', KEYS[5], 'failing_since', ARGV[5])
  if beyond >= 0 then
    local pause = math.min(tonumber(ARGV[14]) * 2 ^ math.min(beyond, 20), tonumber(ARGV[15]))
    redis.call('HSET', KEYS[5], 'probe_at', string.format('%.0f', tonumber(ARGV[5]) + pause))
  end
end
redis.call('LPUSH', KEYS[6], ARGV[7] .. ':' .. ARGV[8])
redis.call('LTRIM', KEYS[6], 0, tonumber(ARGV[12]) - 1)
return {next_at, redis.call('HGET', KEYS[5], 'failing_since') or '', arrived}
"""

RELEASE = """
-- KEYS: delivery, due, leased. ARGV: id, token. Puts back what was leased and not tried.
local held = redis.call('HMGET', KEYS[1], 'token', 'next_at')
if held[1] ~= ARGV[2] then return 0 end
redis.call('HINCRBY', KEYS[1], 'token', 1)
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZADD', KEYS[2], held[2], ARGV[1])
return 1
"""

REQUEUE = """
-- KEYS: delivery, due, leased, status:pending, :retrying, :delivered, :dead
-- ARGV: id, now, trigger, '1' when one that is about to be sent anyway is to be sent once more after that
-- Returns 1 when this asks for another sending, 0 when not, -1 when the delivery is not known.
local known = redis.call('HMGET', KEYS[1], 'status', 'created_at')
if not known[1] then return -1 end
local status_keys = {pending = KEYS[4], retrying = KEYS[5], delivered = KEYS[6], dead = KEYS[7]}
local due = redis.call('ZSCORE', KEYS[2], ARGV[1])
if redis.call('ZSCORE', KEYS[3], ARGV[1]) or (due and tonumber(due) <= tonumber(ARGV[2])) then
  if ARGV[4] ~= '1' then return 0 end
  redis.call('HINCRBY', KEYS[1], 'resends', 1)
  return 1
end
redis.call('HSET', KEYS[1], 'status', 'pending', 'next_at', ARGV[2], 'step', 0, 'trigger', ARGV[3])
redis.call('ZREM', status_keys[known[1]], ARGV[1])
redis.call('ZADD', KEYS[4], known[2], ARGV[1])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return 1
"""
