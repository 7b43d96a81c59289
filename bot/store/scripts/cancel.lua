-- Note who cancelled which run; who did it first stands.
-- KEYS: cancel, wake. ARGV: run, by. Returns 1 when this cancelled it, 0 when it was cancelled before.
if redis.call('HGET', KEYS[1], 'run') == ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'run', ARGV[1], 'by', ARGV[2])
redis.call('INCR', KEYS[2])
return 1
