-- Where a post stands, from whoever knows it first.
-- KEYS: posts. ARGV: post, ts. Returns the ts that counts.
local name = ARGV[1]
redis.call('HSETNX', KEYS[1], name .. '#ts', ARGV[2])
redis.call('HDEL', KEYS[1], name .. '#posting')
return redis.call('HGET', KEYS[1], name .. '#ts')
