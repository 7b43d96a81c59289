-- Keep a message for the next holder, unless one of its ids was seen within the hour.
-- KEYS: inbox, seen, wake, then all that ends when the thread rests.
-- ARGV: message (JSON), how long ids are remembered (ms), ids...
-- Returns 1 when the message was kept, 0 when it was seen before.
if not first_time(KEYS[2], ARGV[2], 3) then
  return 0
end
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('INCR', KEYS[3])
keep(4)
return 1
