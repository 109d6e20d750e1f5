-- $1 organization, $2 id, $3 queue, $4 key, $5 message, $6 raw, $7 reason, $8 attempts, $9 first and $10 last failure.
INSERT INTO dead_letters AS d (organization_id, id, queue, key, message, raw, reason, attempts, first_failed_at,
                               last_failed_at, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open')
ON CONFLICT (organization_id, queue, key) WHERE state = 'open' DO UPDATE
   SET reason = excluded.reason,
       attempts = d.attempts + excluded.attempts,
       last_failed_at = excluded.last_failed_at
RETURNING id
