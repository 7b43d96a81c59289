-- The threads to look at now, those first that have waited longest. A promise whose time is over becomes a look at its
-- thread: its listener has written by now, or never will.
-- KEYS: index. ARGV: how many at most. Returns threads, some perhaps twice.
local now = clock()
local threads = {}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])) do
  local promised = string.match(member, '^(.*)#')
  if promised then
    redis.call('ZREM', KEYS[1], member)
    look(KEYS[1], promised, now)
  end
  table.insert(threads, promised or member)
end
return threads
