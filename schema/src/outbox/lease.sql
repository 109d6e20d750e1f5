-- $1: machine time, $2: the lease's end, $3: the queue, $4: how many of one organization, $5: how many in all,
-- $6: organizations whose turn is over.
WITH RECURSIVE
-- Whose messages wait: from one organization to the next, however many messages lie between them.
waiting (organization_id) AS (
    SELECT (SELECT o.organization_id FROM outbox o WHERE o.queue = $3 ORDER BY o.organization_id LIMIT 1)
    UNION ALL
    SELECT (SELECT o.organization_id FROM outbox o
             WHERE o.queue = $3 AND o.organization_id > waiting.organization_id
             ORDER BY o.organization_id LIMIT 1)
      FROM waiting WHERE waiting.organization_id IS NOT NULL
),
-- The oldest of each that nobody holds, numbered. Those from the organization on are read, in the order of the index,
-- and others' left out afterwards: asked for one organization's in the order of their ids, PostgreSQL may go through
-- all that waits by the primary key.
candidates AS (
    SELECT message.id, message.turn
      FROM waiting, LATERAL (
          SELECT oldest.id, oldest.organization_id, row_number() OVER (ORDER BY oldest.id) AS turn FROM (
              SELECT o.id, o.organization_id FROM outbox o
               WHERE o.queue = $3 AND o.organization_id >= waiting.organization_id
                 AND (o.leased_until IS NULL OR o.leased_until <= $1)
               ORDER BY o.organization_id, o.id LIMIT $4
          ) AS oldest
           WHERE oldest.organization_id = waiting.organization_id
      ) AS message
     WHERE waiting.organization_id <> ALL ($6)
),
-- Everybody's first, then everybody's second, and so on.
chosen AS (
    SELECT id, turn FROM candidates ORDER BY turn, id LIMIT $5
),
-- Two relays pass by each other's rows instead of waiting for them; what was leased meanwhile is left alone.
free AS (
    SELECT o.id FROM outbox o
     WHERE o.id IN (SELECT id FROM chosen) AND (o.leased_until IS NULL OR o.leased_until <= $1)
       FOR UPDATE SKIP LOCKED
),
taken AS (
    UPDATE outbox SET leased_until = $2 FROM free WHERE outbox.id = free.id
    RETURNING outbox.id, outbox.organization_id, outbox.queue, outbox.body, outbox.created_at
)
SELECT taken.id, organization_id, queue, body, created_at
  FROM taken JOIN chosen ON chosen.id = taken.id ORDER BY chosen.turn, taken.id
