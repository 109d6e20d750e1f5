-- $1: the organizations in scope, $2: the last meter of the page before, $3: meters at most.
WITH
-- Registered, and not de-registered, by several.
contested AS (
    SELECT id
      FROM meters
     WHERE organization_id = ANY ($1) AND deregistered_at IS NULL AND id > $2
     GROUP BY id
    HAVING count(*) > 1
     ORDER BY id
     LIMIT $3
)
SELECT m.id AS meter_id, m.organization_id, m.registered_at,
       (SELECT max(u.received_at)
          FROM uploads u
         WHERE u.organization_id = m.organization_id AND u.meter_id = m.id) AS last_upload_at
  FROM meters m
  JOIN contested ON contested.id = m.id
 WHERE m.organization_id = ANY ($1) AND m.deregistered_at IS NULL
 ORDER BY m.id, m.organization_id
