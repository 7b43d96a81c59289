-- What came for the holder, and up to which count of the wake that is.
-- KEYS: wake, inbox, requests, cancel. ARGV: the holder's run.
-- Returns {wake, {message...}, {request...}, who cancelled the run or nil}.
return {
  tonumber(redis.call('GET', KEYS[1]) or 0),
  redis.call('LRANGE', KEYS[2], 0, -1),
  redis.call('HVALS', KEYS[3]),
  redis.call('HGET', KEYS[4], ARGV[1]),
}
