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

-- Something is open in the thread: none of KEYS, from `first` on, ends by itself any more.
local function keep(first)
  for i = first, #KEYS do
    redis.call('PERSIST', KEYS[i])
  end
end

-- Whether `token` is the one that holds the thread; only a takeover ends that, not the clock.
local function holds(lease, token)
  return redis.call('HGET', lease, 'token') == token
end

-- Write the run, and remove the messages that it has taken from the inbox. A write of the run is progress.
-- Of ARGV, from `first` on: head, how many words of turns, then turn, its JSON..., then ids of messages...
local function write_run(run, inbox, lease, first)
  local ids_from = first + 2 + ARGV[first + 1]
  redis.call('HSET', run, 'head', ARGV[first])
  for i = first + 2, ids_from - 1, 2 do
    redis.call('HSET', run, ARGV[i], ARGV[i + 1])
  end

  local taken = {}
  for i = ids_from, #ARGV do
    taken[ARGV[i]] = true
  end
  for _, message in ipairs(redis.call('LRANGE', inbox, 0, -1)) do
    if taken[cjson.decode(message).id] then
      redis.call('LREM', inbox, 1, message)
    end
  end

  redis.call('HSET', lease, 'takeovers', 0)
  redis.call('HDEL', lease, 'parked')
end

-- Whether this is a write that came before: its answer was lost and it is repeated, perhaps after later ones.
local function written_before(lease, write)
  if tonumber(write) <= tonumber(redis.call('HGET', lease, 'writes') or 0) then
    return true
  end
  redis.call('HSET', lease, 'writes', write)
  return false
end

-- Whether none of the ids in ARGV, from `first` on, came within `how_long` (ms); they are remembered from now on.
local function first_time(seen, how_long, first)
  local now, new = clock(), true
  redis.call('ZREMRANGEBYSCORE', seen, '-inf', now)
  for i = first, #ARGV do
    if redis.call('ZADD', seen, 'NX', string.format('%.0f', now + how_long), ARGV[i]) == 0 then
      new = false
    end
  end
  redis.call('PEXPIRE', seen, how_long)
  return new
end
