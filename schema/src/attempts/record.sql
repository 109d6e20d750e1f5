-- $1 organization, $2 queue, $3 key, $4 failures, $5 hindrances, $6 beginnings, $7 an error or null, $8 machine time.
INSERT INTO work_attempts AS w (organization_id, queue, key, attempts, hindered, begun, last_error, first_at, last_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
ON CONFLICT (organization_id, queue, key) DO UPDATE
   SET attempts = w.attempts + $4,
       hindered = w.hindered + $5,
       -- Whatever is not a beginning is a verdict, which ends the row of beginnings without one.
       begun = CASE WHEN $6 > 0 THEN w.begun + $6 ELSE 0 END,
       last_error = coalesce($7, w.last_error),
       last_at = $8
RETURNING attempts, begun, hindered, last_error, first_at, last_at
