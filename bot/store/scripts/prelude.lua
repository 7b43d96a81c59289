-- What the scripts share: stands before each of them.

-- Milliseconds since the epoch by the server's clock.
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Look at the thread at `at` (ms) or earlier; returns its entry's score. An entry that is early enough moves too, by a
-- millisecond: whoever has read it and would put the look off must see that something came in between.
local function look(index, thread, at)
  local entry = tonumber(redis.call('ZSCORE', index, thread) or nil)
  if entry and entry <= at then
    at = entry - 1
  end
  redis.call('ZADD', index, string.format('%.0f', at), thread)
  return at
end

-- Whether `token` is the one that holds the thread; only a takeover ends that, not the clock.
local function holds(lease, token)
  return redis.call('HGET', lease, 'token') == token
end

-- Remove the messages with the ids ARGV[first], ARGV[first + 1]... from the inbox.
local function take(inbox, first)
  local ids = {}
  for i = first, #ARGV do
    ids[ARGV[i]] = true
  end
  for _, message in ipairs(redis.call('LRANGE', inbox, 0, -1)) do
    if ids[cjson.decode(message).id] then
      redis.call('LREM', inbox, 1, message)
    end
  end
end
