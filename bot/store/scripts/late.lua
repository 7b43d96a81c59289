-- Keep what a holder that lost its lease can tell about a call that it ran.
-- KEYS: late, wake. ARGV: call and fencing number, evidence (JSON). Returns 1 when it is new.
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then
  return 0
end
redis.call('INCR', KEYS[2])
return 1
