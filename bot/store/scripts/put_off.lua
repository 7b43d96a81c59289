-- Look at the thread at another time, or no more, unless its entry has moved since it was read.
-- KEYS: index. ARGV: thread, score that was read (ms), next look (ms, or '' for none). Returns 1 when it was put off.
local entry = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not entry or tonumber(entry) ~= tonumber(ARGV[2]) then
  return 0
end
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
end
return 1
