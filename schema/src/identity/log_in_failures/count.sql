-- $1: digest of the e-mail address, $2: the client's address, $3: now, $4: failures up to here are forgotten.
INSERT INTO log_in_failures AS known (email_sha256, address, failures, last_at)
SELECT $1, counted.address, 1, $3
  FROM (VALUES (''), ($2)) AS counted (address)
 -- Two processes lock the same rows in the same order.
 ORDER BY counted.address
    ON CONFLICT (email_sha256, address) DO UPDATE SET
       failures = CASE WHEN known.last_at <= $4 THEN 1 ELSE known.failures + 1 END,
       last_at = excluded.last_at
