-- Write what changed of the run, and remove the messages that it has taken.
-- KEYS: run, inbox, lease. ARGV: token, which write of this holder, then what write_run takes.
-- Returns 1, or 0 with nothing written when the thread is another's.
if not holds(KEYS[3], ARGV[1]) then
  return 0
end
if not written_before(KEYS[3], ARGV[2]) then
  write_run(KEYS[1], KEYS[2], KEYS[3], 3)
end
return 1
