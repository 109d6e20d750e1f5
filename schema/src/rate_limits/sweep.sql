-- $1: windows that began before are over.
DELETE FROM rate_limits
 WHERE key IN (SELECT key FROM rate_limits WHERE window_start < $1 FOR UPDATE SKIP LOCKED)
