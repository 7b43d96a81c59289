-- Put at the end of a session, in order, the items whose name it does not know yet.
-- KEYS: items, names of what was put there. ARGV: how long the names are kept (ms; 0: for ever), then name, item...
-- Returns how many were put.
local put = 0
for i = 2, #ARGV, 2 do
  if redis.call('SADD', KEYS[2], ARGV[i]) == 1 then
    redis.call('RPUSH', KEYS[1], ARGV[i + 1])
    put = put + 1
  end
end
if tonumber(ARGV[1]) > 0 then
  redis.call('PEXPIRE', KEYS[2], ARGV[1])
end
return put
