"""The scripts that change a feed (Lua): all its keys together, in the order of `members.feed_keys`."""

# `updated` is the latest time at which a change was accepted: the same after any repetition or rebuild, and
# so fit to stand in the feed. `modified` is when this server noticed, for Last-Modified alone. What was
# withdrawn stays on record for as long as readers are told of it, counted from `updated`, not from "now".
TOUCH = """
local index, versions, state, withdrawn, force = KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[1] == '1'
local moved = force
local updated = redis.call('HGET', state, 'updated')
for i = 3, #ARGV, 5 do
  local id, version, score, at, gone = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local recorded = tonumber(redis.call('HGET', versions, id) or '0')
  if recorded < version or (force and recorded == version) then
    redis.call('HSET', versions, id, version)
    if score ~= '' then
      redis.call('ZADD', index, score, id)
      moved = true
    elseif redis.call('ZREM', index, id) == 1 then
      moved = true
    end
    if gone ~= '' then
      redis.call('ZADD', withdrawn, gone, id)
      moved = true
    elseif redis.call('ZREM', withdrawn, id) == 1 then
      moved = true
    end
  end
  -- An event that comes after newer ones may tell of a change that this very version made.
  if recorded <= version and (not updated or tonumber(at) > tonumber(updated)) then
    updated = at
    moved = true
  end
end
if not moved then return 0 end
local time = redis.call('TIME')
redis.call('HINCRBY', state, 'version', 1)
redis.call('HSET', state, 'modified', time[1] .. string.format('%06d', time[2]))
if updated then
  redis.call('HSET', state, 'updated', updated)
  redis.call('ZREMRANGEBYSCORE', withdrawn, '-inf', string.format('(%.0f', tonumber(updated) - ARGV[2]))
end
return 1
"""

DROP = """
if (redis.call('HGET', KEYS[2], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[2], ARGV[1])
if redis.call('ZREM', KEYS[1], ARGV[1]) + redis.call('ZREM', KEYS[4], ARGV[1]) == 0 then return 0 end
local time = redis.call('TIME')
redis.call('HINCRBY', KEYS[3], 'version', 1)
redis.call('HSET', KEYS[3], 'modified', time[1] .. string.format('%06d', time[2]))
return 1
"""

# A feed that operators define may end and begin anew under the same name. `life` is the version of their
# definitions at which it began: whoever still clears the one before away does no harm to the next.
OPEN = """
if tonumber(redis.call('HGET', KEYS[3], 'life') or '0') >= tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[4])
local time = redis.call('TIME')
redis.call('HINCRBY', KEYS[3], 'version', 1)
redis.call('HSET', KEYS[3], 'life', ARGV[1], 'modified', time[1] .. string.format('%06d', time[2]))
return 1
"""

CLEAR = """
if tonumber(redis.call('HGET', KEYS[3], 'life') or '0') > tonumber(ARGV[1]) then return 0 end
return redis.call('DEL', unpack(KEYS))
"""
