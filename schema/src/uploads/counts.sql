-- $1: the organizations in scope, $2: uploads, $3: how long after a month's end evidence is on time, in ms.
WITH
-- Every collection of the uploads, beside the one in force of its identity: the first received.
judged AS (
    SELECT mine.upload_id,
           first.upload_id = mine.upload_id AS in_force,
           first.sha256 = mine.sha256 AS same_bytes,
           -- A month ends in UTC, whatever the session's time zone.
           mine.received_at > (date_trunc('month', mine.from_at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'
               + $3 * interval '1 millisecond' AS late
      FROM collections mine
     CROSS JOIN LATERAL (
           SELECT upload_id, sha256
             FROM collections c
            WHERE c.organization_id = mine.organization_id
              AND c.meter_id = mine.meter_id AND c.product_id = mine.product_id AND c.kind = mine.kind
              AND c.from_at = mine.from_at AND c.to_at = mine.to_at
            ORDER BY c.received_at, c.upload_id
            LIMIT 1) first
     WHERE mine.organization_id = ANY ($1) AND mine.upload_id = ANY ($2)
)
SELECT upload_id,
       count(*) FILTER (WHERE in_force AND NOT late) AS accepted,
       count(*) FILTER (WHERE NOT in_force AND same_bytes) AS duplicate,
       count(*) FILTER (WHERE NOT in_force AND NOT same_bytes) AS conflicting,
       count(*) FILTER (WHERE in_force AND late) AS late
  FROM judged
 GROUP BY upload_id
