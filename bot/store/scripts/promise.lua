-- A listener is about to record something: look at the thread at the latest when its time is over.
-- KEYS: index. ARGV: promise (thread#nonce), after (ms).
redis.call('ZADD', KEYS[1], string.format('%.0f', clock() + ARGV[2]), ARGV[1])
return redis.status_reply('OK')
