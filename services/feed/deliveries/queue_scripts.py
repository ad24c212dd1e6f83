"""The steps of an endpoint's queue that must not be torn apart, as Lua. Each touches one endpoint's tag only.

A delivery's hash holds a fencing `token` that moves with every lease and with its end, so that a worker which
comes back after its lease changes nothing, and a repeated command neither. What is nothing or zero is left
out of the hash: there are millions of them.
"""

from shared.scripting import Script

ENQUEUE = Script("""
-- KEYS: deliveries, status:pending, due, then one delivery each
-- ARGV: now, then of each delivery id and nine fields. Returns how many are new.
local new = 0
for i = 4, #KEYS do
  local at = 2 + (i - 4) * 10
  local id = ARGV[at]
  if redis.call('EXISTS', KEYS[i]) == 0 then
    redis.call('HSET', KEYS[i], 'event_id', ARGV[at + 1], 'event_type', ARGV[at + 2],
      'event_at', ARGV[at + 3], 'partition', ARGV[at + 6], 'trigger', ARGV[at + 7],
      'status', 'pending', 'created_at', ARGV[1], 'next_at', ARGV[1])
    if ARGV[at + 4] ~= '' then
      redis.call('HSET', KEYS[i], 'article_id', ARGV[at + 4], 'version', ARGV[at + 5])
    end
    if ARGV[at + 8] ~= '' then redis.call('HSET', KEYS[i], 'request_id', ARGV[at + 8]) end
    if ARGV[at + 9] ~= '' then redis.call('HSET', KEYS[i], 'traceparent', ARGV[at + 9]) end
    redis.call('ZADD', KEYS[1], ARGV[1], id)
    redis.call('ZADD', KEYS[2], ARGV[1], id)
    redis.call('ZADD', KEYS[3], ARGV[1], id)
    new = new + 1
  end
end
return new
""")

FINISH = Script("""
-- KEYS: due, leased, statistics, latencies, status:pending, :retrying, :delivered, :dead
-- ARGV: prefix of delivery keys, prefix of their attempts, latencies to keep, failures that open the breaker,
--       first and longest pause between two probes (ms), then of each end, in the order in which they came:
--       id, token, status, next at or '', now, attempt, 1 when delivered, duration, HTTP status or '',
--       error or '', steps taken
-- Returns of each when the delivery is due next ('' never), since when there are only failures ('' the last
-- one succeeded) and the time of the event when it has just arrived for the first time ('' otherwise), or
-- false when its lease is another's.
local status_keys = {pending = KEYS[5], retrying = KEYS[6], delivered = KEYS[7], dead = KEYS[8]}
local so_far = redis.call('HMGET', KEYS[3],
  'attempts', 'successes', 'failures_in_a_row', 'failing_since', 'probe_at', 'last_success_at')
local attempts, successes = tonumber(so_far[1] or 0), tonumber(so_far[2] or 0)
local in_a_row = tonumber(so_far[3] or 0)
local failing_since, probe_at, last_success_at = so_far[4] or '', so_far[5] or '', so_far[6] or ''
local last_attempt_at, latencies, told = '', {}, {}
local function keep(name, value)
  if value == '' then redis.call('HDEL', KEYS[3], name) else redis.call('HSET', KEYS[3], name, value) end
end
for at = 7, #ARGV, 11 do
  local id, token, now, ok = ARGV[at], ARGV[at + 1], ARGV[at + 4], ARGV[at + 6] == '1'
  local delivery = ARGV[1] .. id
  local known = redis.call('HMGET', delivery, 'token', 'created_at', 'status', 'resends', 'attempts',
    'arrived')
  if known[1] ~= token then
    told[#told + 1] = false
  else
    local status, next_at, step, trigger = ARGV[at + 2], ARGV[at + 3], ARGV[at + 10], 'retry'
    local resends = tonumber(known[4] or 0)
    if resends > 0 then
      status, next_at, step, trigger = 'pending', now, 0, 'manual'
      if resends == 1 then redis.call('HDEL', delivery, 'resends')
      else redis.call('HINCRBY', delivery, 'resends', -1) end
    end
    local values = {'token', token + 1, 'attempts', tonumber(known[5] or 0) + 1,
      'status', status, 'last_attempt_at', now}
    local gone = {'holder'}
    local function note(name, value, is_known)
      if is_known then
        values[#values + 1] = name
        values[#values + 1] = value
      else
        gone[#gone + 1] = name
      end
    end
    note('next_at', next_at, next_at ~= '')
    note('step', step, next_at ~= '')
    note('trigger', trigger, next_at ~= '')
    note('last_status', ARGV[at + 8], ARGV[at + 8] ~= '')
    note('last_error', ARGV[at + 9], ARGV[at + 9] ~= '')
    redis.call('HSET', delivery, unpack(values))
    redis.call('HDEL', delivery, unpack(gone))
    redis.call('RPUSH', ARGV[2] .. id, ARGV[at + 5])
    redis.call('ZREM', KEYS[2], id)
    if next_at == '' then redis.call('ZREM', KEYS[1], id)
    else redis.call('ZADD', KEYS[1], next_at, id) end
    if known[3] ~= status then
      redis.call('ZREM', status_keys[known[3]], id)
      redis.call('ZADD', status_keys[status], known[2], id)
    end
    attempts, last_attempt_at = attempts + 1, now
    latencies[#latencies + 1] = ARGV[at + 6] .. ':' .. ARGV[at + 7]
    local arrived_from = ''
    if ok then
      if not known[6] then
        redis.call('HSET', delivery, 'arrived', 1)
        arrived_from = redis.call('HGET', delivery, 'event_at')
        redis.call('HDEL', delivery, 'request_id', 'traceparent')
      end
      successes, in_a_row, failing_since, probe_at, last_success_at = successes + 1, 0, '', '', now
    else
      in_a_row = in_a_row + 1
      if failing_since == '' then failing_since = now end
      local beyond = in_a_row - tonumber(ARGV[4])
      if beyond >= 0 then
        local pause = math.min(tonumber(ARGV[5]) * 2 ^ math.min(beyond, 20), tonumber(ARGV[6]))
        probe_at = string.format('%.0f', tonumber(now) + pause)
      end
    end
    told[#told + 1] = {next_at, failing_since, arrived_from}
  end
end
if #latencies > 0 then
  redis.call('HSET', KEYS[3], 'attempts', attempts, 'successes', successes, 'failures_in_a_row', in_a_row,
    'last_attempt_at', last_attempt_at)
  keep('failing_since', failing_since)
  keep('probe_at', probe_at)
  keep('last_success_at', last_success_at)
  redis.call('LPUSH', KEYS[4], unpack(latencies))
  redis.call('LTRIM', KEYS[4], 0, tonumber(ARGV[3]) - 1)
end
return told
""")

REQUEUE = Script("""
-- KEYS: due, leased, status:pending, :retrying, :delivered, :dead
-- ARGV: prefix of delivery keys, now, trigger, '1' when one that is about to be sent anyway is to be sent
--       once more after that, then the ids
-- Returns of each 1 when this asks for another sending, 0 when not, -1 when the delivery is not known.
local status_keys = {pending = KEYS[3], retrying = KEYS[4], delivered = KEYS[5], dead = KEYS[6]}
local asked = {}
for at = 5, #ARGV do
  local id = ARGV[at]
  local delivery = ARGV[1] .. id
  local known = redis.call('HMGET', delivery, 'status', 'created_at')
  local due = redis.call('ZSCORE', KEYS[1], id)
  if not known[1] then
    asked[#asked + 1] = -1
  elseif redis.call('ZSCORE', KEYS[2], id) or (due and tonumber(due) <= tonumber(ARGV[2])) then
    if ARGV[4] == '1' then redis.call('HINCRBY', delivery, 'resends', 1) end
    asked[#asked + 1] = tonumber(ARGV[4])
  else
    redis.call('HSET', delivery, 'status', 'pending', 'next_at', ARGV[2], 'step', 0, 'trigger', ARGV[3])
    redis.call('ZREM', status_keys[known[1]], id)
    redis.call('ZADD', KEYS[3], known[2], id)
    redis.call('ZADD', KEYS[1], ARGV[2], id)
    asked[#asked + 1] = 1
  end
end
return asked
""")
