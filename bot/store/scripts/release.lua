-- Let the thread go. When its run is over and nothing waits, what it said is kept for a while, and then it ends.
-- KEYS: lease, wake, inbox, run, then all that ends together.
-- ARGV: token, the last wake that the holder has read up to, how long it is kept (ms, or '' when it is to be looked at).
-- Returns 1 when the thread must be looked at again: something was recorded since, or the thread was another's already.
local function over(run)
  local head = redis.call('HGET', run, 'head')
  local read, state = pcall(cjson.decode, head or '{"ended":true}')
  return read and (state.ended or cjson.null) ~= cjson.null
end

if not holds(KEYS[1], ARGV[1]) then
  return 1
end
redis.call('HDEL', KEYS[1], 'token', 'ends_at')
if tonumber(redis.call('GET', KEYS[2]) or 0) ~= tonumber(ARGV[2]) then
  return 1
end
if ARGV[3] ~= '' and over(KEYS[4]) and redis.call('LLEN', KEYS[3]) == 0 then
  for i = 5, #KEYS do
    redis.call('PEXPIRE', KEYS[i], ARGV[3])
  end
end
return 0
