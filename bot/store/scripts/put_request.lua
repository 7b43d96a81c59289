-- Write a changed request and what happened to it, unless the request or the audit chain has changed meanwhile.
-- What only is refused, and leaves the request as it is, is written so many times and no more.
-- KEYS: where the request lies, audit, wake, refusals.
-- ARGV: request, its version before, hash of the audit head before (or ''), request (JSON, or '' to leave it), entry (JSON),
--       how many refusals of a request are written.
-- Returns 1 when it was written, or is one refusal too many.
if ARGV[4] == '' and tonumber(redis.call('HGET', KEYS[4], ARGV[1]) or 0) >= tonumber(ARGV[6]) then
  return 1
end
local before = redis.call('HGET', KEYS[1], ARGV[1])
local head = redis.call('LINDEX', KEYS[2], -1)
local unchanged = before and cjson.decode(before).version == tonumber(ARGV[2])
if not unchanged or (head and cjson.decode(head).hash or '') ~= ARGV[3] then
  return 0
end
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
  redis.call('INCR', KEYS[3])
else
  redis.call('HINCRBY', KEYS[4], ARGV[1], 1)
end
redis.call('RPUSH', KEYS[2], ARGV[5])
return 1
