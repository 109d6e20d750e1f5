-- $1: machine time, $2: the queues asked about, in whose order they are answered.
SELECT asked.queue
  FROM unnest($2) WITH ORDINALITY AS asked (queue, place),
       -- In the order of the index: one look for each, not a pass over all that waits.
       LATERAL (SELECT FROM outbox
                 WHERE outbox.queue = asked.queue AND (leased_until IS NULL OR leased_until <= $1)
                 ORDER BY organization_id, id LIMIT 1) AS first
 ORDER BY asked.place
