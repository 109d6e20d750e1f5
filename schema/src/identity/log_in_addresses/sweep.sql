-- $1: log-ins up to here are forgotten. Some at a time, passing by what others are at: nobody waits here.
DELETE FROM log_in_addresses
 WHERE (email_sha256, address) IN (
       SELECT email_sha256, address FROM log_in_addresses WHERE last_at <= $1 LIMIT 100 FOR UPDATE SKIP LOCKED)
