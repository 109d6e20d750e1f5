-- $1 organization, $2 billing mode, $3 vCenters, $4 and $5: the evidence window [M0 - 48 h, M1), $6 M0, $7 the deadline.
WITH
-- As in evidence/in_force.sql, for many vCenters at once.
relevant AS (
    SELECT id
      FROM products
     WHERE organization_id = $1
       AND (id = ANY ($3) OR id IN (SELECT product_id FROM product_vcenters
                                     WHERE organization_id = $1 AND vcenter_id = ANY ($3)))
),
first AS (
    SELECT DISTINCT ON (c.meter_id, c.product_id, c.kind, c.from_at, c.to_at)
           c.meter_id, c.from_at, c.received_at, c.upload_id
      FROM collections c
      JOIN relevant ON relevant.id = c.product_id
     WHERE c.organization_id = $1
       AND c.from_at >= $4::timestamptz - interval '24 hours' AND c.from_at < $5
       AND CASE c.kind WHEN 'inventory' THEN c.from_at >= $4 ELSE c.to_at > $4 END
     ORDER BY c.meter_id, c.product_id, c.kind, c.from_at, c.to_at, c.received_at, c.upload_id
),
-- An upload has hundreds of collections of one meter and month: the settings are asked for once for all of them.
sources AS (
    SELECT DISTINCT upload_id, meter_id, date_trunc('month', from_at AT TIME ZONE 'UTC')::date AS month
      FROM first
     WHERE from_at < $6 OR received_at <= $7
),
in_force AS (
    SELECT DISTINCT sources.upload_id
      FROM sources
     CROSS JOIN LATERAL (
           SELECT billing_mode
             FROM meter_settings s
            WHERE s.organization_id = $1 AND s.meter_id = sources.meter_id AND s.effective_from <= sources.month
            ORDER BY s.effective_from DESC, s.id DESC
            LIMIT 1) settings
     WHERE settings.billing_mode = $2
)
SELECT count(*) FILTER (WHERE u.signature = 'verified') AS verified,
       count(*) FILTER (WHERE u.signature IS DISTINCT FROM 'verified') AS unsigned
  FROM in_force
  JOIN uploads u ON u.organization_id = $1 AND u.id = in_force.upload_id
