-- Let the thread go.
-- KEYS: lease, wake. ARGV: token, the last wake that the holder has read up to.
-- Returns 1 when the thread must be looked at again: something was recorded since, or the thread was another's already.
if not holds(KEYS[1], ARGV[1]) then
  return 1
end
redis.call('HDEL', KEYS[1], 'token', 'ends_at')
return tonumber(redis.call('GET', KEYS[2]) or 0) ~= tonumber(ARGV[2]) and 1 or 0
