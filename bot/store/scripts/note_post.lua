-- Note facts about a post, for its writer.
-- KEYS: posts. ARGV: post, token, then fact, value ('' to forget it)...
-- Returns 1, or 0 when another writes the post.
local name = ARGV[1]
if redis.call('HGET', KEYS[1], name .. '#writer') ~= ARGV[2] then
  return 0
end
for i = 3, #ARGV, 2 do
  if ARGV[i + 1] == '' then
    redis.call('HDEL', KEYS[1], name .. '#' .. ARGV[i])
  else
    redis.call('HSET', KEYS[1], name .. '#' .. ARGV[i], ARGV[i + 1])
  end
end
return 1
