-- What came for the holder, and up to which count of the wake that is.
-- KEYS: wake, inbox, requests, cancel.
-- Returns {wake, {message...}, {request...}, cancelled run or nil, by whom or nil}.
local cancel = redis.call('HMGET', KEYS[4], 'run', 'by')
return {
  tonumber(redis.call('GET', KEYS[1]) or 0),
  redis.call('LRANGE', KEYS[2], 0, -1),
  redis.call('HVALS', KEYS[3]),
  cancel[1],
  cancel[2],
}
