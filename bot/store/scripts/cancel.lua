-- Note who cancelled which run; who did it first stands. The same message says it once.
-- KEYS: cancel, wake, seen. ARGV: run, by, how long ids are remembered (ms), ids of the message...
-- Returns 1 when this cancelled it, 0 when it was cancelled before, or the message was seen before.
if not first_time(KEYS[3], ARGV[3], 4) or redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then
  return 0
end
redis.call('INCR', KEYS[2])
return 1
