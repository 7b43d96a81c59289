-- Keep a message for the next holder, unless one of its ids was seen within the hour.
-- KEYS: inbox, seen, wake. ARGV: message (JSON), how long ids are remembered (ms), ids...
-- Returns 1 when the message was kept, 0 when it was seen before.
local now = clock()
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local new = 1
for i = 3, #ARGV do
  if redis.call('ZADD', KEYS[2], 'NX', string.format('%.0f', now + ARGV[2]), ARGV[i]) == 0 then
    new = 0
  end
end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
if new == 1 then
  redis.call('RPUSH', KEYS[1], ARGV[1])
  redis.call('INCR', KEYS[3])
end
return new
