-- An approval request, of the current run or of a finished one, with what a change of it is checked against.
-- KEYS: requests, archived run, audit. ARGV: request.
-- Returns {request or nil, 1 when it lies with the current run and 2 with the finished one, audit head or nil, now (ms)}.
local place = 1
local request = redis.call('HGET', KEYS[1], ARGV[1])
if not request then
  place = 2
  request = redis.call('HGET', KEYS[2], ARGV[1])
end
return {request, place, redis.call('LINDEX', KEYS[3], -1), clock()}
