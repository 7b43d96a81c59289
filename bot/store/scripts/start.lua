-- End the last run, which is over, and begin the next: archive it with its requests, add its items to the session, write
-- the next, and remove the messages that it begins with.
-- KEYS: run, inbox, lease, requests, session, archived run, cancel, late, posts.
-- ARGV: token, which write of this holder, the last run ('' when there was none), how long it is kept (ms),
--       how many items, items..., then what write_run takes.
-- Returns 1, or 0 with nothing written when the thread is another's.
if not holds(KEYS[3], ARGV[1]) then
  return 0
end
if written_before(KEYS[3], ARGV[2]) then
  return 1
end

if ARGV[3] ~= '' then
  redis.call('RENAME', KEYS[1], KEYS[6])
  for _, request in ipairs(redis.call('HKEYS', KEYS[4])) do
    redis.call('HSET', KEYS[6], request, redis.call('HGET', KEYS[4], request))
  end
  redis.call('PEXPIRE', KEYS[6], ARGV[4])
  redis.call('DEL', KEYS[4], KEYS[7], KEYS[8])
end
local head = 6 + ARGV[5]
for i = 6, head - 1 do
  redis.call('RPUSH', KEYS[5], ARGV[i])
end
write_run(KEYS[1], KEYS[2], KEYS[3], head)
keep(9) -- they end by themselves in a thread without a run
return 1
