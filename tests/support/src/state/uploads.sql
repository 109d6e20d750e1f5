-- A row for each upload that was not refused: the same bytes twice are two lines. Refused ones once, however often sent.
WITH judged AS (
    SELECT mine.organization_id, mine.upload_id,
           first.upload_id = mine.upload_id AS in_force,
           first.sha256 = mine.sha256 AS same_bytes,
           mine.received_at > date_trunc('month', mine.from_at) + interval '1 month 48 hours' AS late
      FROM collections mine
      JOIN (SELECT DISTINCT ON (organization_id, meter_id, product_id, kind, from_at, to_at) *
              FROM collections
             ORDER BY organization_id, meter_id, product_id, kind, from_at, to_at, received_at, upload_id) first
     USING (organization_id, meter_id, product_id, kind, from_at, to_at)
), counted AS (
    SELECT organization_id, upload_id,
           count(*) FILTER (WHERE in_force AND NOT late) AS accepted,
           count(*) FILTER (WHERE NOT in_force AND same_bytes) AS duplicate,
           count(*) FILTER (WHERE NOT in_force AND NOT same_bytes) AS conflicting,
           count(*) FILTER (WHERE in_force AND late) AS late
      FROM judged
     GROUP BY organization_id, upload_id
)
SELECT DISTINCT u.organization_id AS organization, encode(u.sha256, 'hex') AS sha256, s.status,
       CASE WHEN s.status <> 'rejected'
            THEN row_number() OVER (PARTITION BY u.organization_id, u.sha256, s.status ORDER BY u.id) END AS copy,
       s.processed_at IS NOT NULL AS ended, s.errors, u.size_bytes, u.meter_id AS meter, u.month, u.partial,
       u.meter_version, u.signature, c.accepted, c.duplicate, c.conflicting, c.late
  FROM uploads u
  JOIN upload_states s ON s.organization_id = u.organization_id AND s.upload_id = u.id
  LEFT JOIN counted c ON c.organization_id = u.organization_id AND c.upload_id = u.id
