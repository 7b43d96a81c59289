-- Put new requests before people, unless the audit chain has changed meanwhile.
-- KEYS: requests, audit, lease. ARGV: token, hash of the audit head before (or ''), then request, its JSON, its entry...
-- Returns 1 when they were written, 0 when the chain or one of them is not as it was read, -1 when the thread is another's.
if not holds(KEYS[3], ARGV[1]) then
  return -1
end
local head = redis.call('LINDEX', KEYS[2], -1)
if (head and cjson.decode(head).hash or '') ~= ARGV[2] then
  return 0
end
for i = 3, #ARGV, 3 do
  if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1 then
    return 0
  end
end
for i = 3, #ARGV, 3 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  redis.call('RPUSH', KEYS[2], ARGV[i + 2])
end
return 1
