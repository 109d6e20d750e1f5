-- $1: machine time, $2: the lease's end, $3: how many at most.
WITH
-- The oldest that nobody holds. Two relays pass by each other's rows instead of waiting for them.
free AS (
    SELECT id FROM outbox
     WHERE leased_until IS NULL OR leased_until <= $1
     ORDER BY id
     LIMIT $3
       FOR UPDATE SKIP LOCKED
),
taken AS (
    UPDATE outbox SET leased_until = $2 FROM free WHERE outbox.id = free.id
    RETURNING outbox.id, outbox.organization_id, outbox.queue, outbox.body, outbox.created_at
)
SELECT id, organization_id, queue, body, created_at FROM taken ORDER BY id
