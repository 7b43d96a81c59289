-- A worker is alive now.
-- KEYS: alive.
return redis.call('SET', KEYS[1], string.format('%.0f', clock()))
