-- Take the thread, if nobody holds it. A lease that ended without release counts as a takeover; after too many without a
-- save the thread is parked, until something is recorded for it.
-- KEYS: lease, wake, then all that ends when the thread rests. ARGV: token, how long (ms), takeovers that park.
-- Returns {0, when the other's lease ends} or {1, fencing number, wake, whether it is parked}.
local now = clock()
local holder = redis.call('HGET', KEYS[1], 'token')
local taken_over = holder and holder ~= ARGV[1]
local ends_at = tonumber(redis.call('HGET', KEYS[1], 'ends_at') or 0)
if taken_over and ends_at > now then
  return {0, ends_at}
end

keep(3)
local wake = tonumber(redis.call('GET', KEYS[2]) or 0)
local takeovers = tonumber(redis.call('HGET', KEYS[1], 'takeovers') or 0) + (taken_over and 1 or 0)
local parked = tonumber(redis.call('HGET', KEYS[1], 'parked') or nil)
if parked and wake > parked then
  takeovers = 0
  redis.call('HDEL', KEYS[1], 'parked')
end
local park = takeovers >= tonumber(ARGV[3])
if park then
  redis.call('HSETNX', KEYS[1], 'parked', wake)
end
redis.call('HSET', KEYS[1], 'writes', 0,
  'token', ARGV[1], 'ends_at', string.format('%.0f', now + ARGV[2]), 'takeovers', takeovers)
return {1, redis.call('HINCRBY', KEYS[1], 'fence', 1), wake, park and 1 or 0}
