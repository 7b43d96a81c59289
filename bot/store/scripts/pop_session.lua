-- Take away the last item of a session.
-- KEYS: items, what this attempt took away. ARGV: how long that is known (ms), for when the answer is lost.
-- Returns the item, or '' when there was none.
local popped = redis.call('GET', KEYS[2])
if not popped then
  popped = redis.call('RPOP', KEYS[1]) or ''
  redis.call('SET', KEYS[2], popped, 'PX', ARGV[1])
end
return popped
