-- Let one writer at a time at a post.
-- KEYS: posts, run. ARGV: post, token, how long (ms), how long a thread without a run is kept (ms).
-- Returns {posting, ts, shown, not before}, each perhaps nil, or nil when another writes it now.
local name, now = ARGV[1], clock()
local writer = redis.call('HMGET', KEYS[1], name .. '#writer', name .. '#writer_until')
if writer[1] and writer[1] ~= ARGV[2] and tonumber(writer[2]) > now then
  return nil
end
redis.call('HSET', KEYS[1], name .. '#writer', ARGV[2], name .. '#writer_until', string.format('%.0f', now + ARGV[3]))
if redis.call('EXISTS', KEYS[2]) == 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return redis.call('HMGET', KEYS[1], name .. '#posting', name .. '#ts', name .. '#shown', name .. '#not_before')
