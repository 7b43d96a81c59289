-- Look at the thread no later than `after` from now.
-- KEYS: index. ARGV: thread, after (ms), the promise that this keeps (or ''). Returns the entry's score, in ms.
if ARGV[3] ~= '' then
  redis.call('ZREM', KEYS[1], ARGV[3])
end
return look(KEYS[1], ARGV[1], clock() + ARGV[2])
