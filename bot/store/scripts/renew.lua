-- Hold the thread longer, and hear what was recorded for its holder.
-- KEYS: lease, wake, cancel. ARGV: token, how long (ms).
-- Returns {wake, {cancelled run...}}, or nil when the thread is another's.
if not holds(KEYS[1], ARGV[1]) then
  return nil
end
redis.call('HSET', KEYS[1], 'ends_at', string.format('%.0f', clock() + ARGV[2]))
return {tonumber(redis.call('GET', KEYS[2]) or 0), redis.call('HKEYS', KEYS[3])}
