-- $1 organization, $2 meter, $3 and $4: the window of a collection's from (no end when null), $5 the business time.
WITH
-- The months that each product's collections are evidence of: that of their from, and the next one if they reach
-- into its lead-in of 48 hours. A month begins in UTC, whatever the session's time zone.
reached AS (
    SELECT DISTINCT c.product_id, months.month
      FROM collections c
     CROSS JOIN LATERAL (SELECT date_trunc('month', c.from_at AT TIME ZONE 'UTC') AS own) m
     CROSS JOIN LATERAL (
           SELECT m.own AS month
            UNION ALL
           SELECT n.month
             FROM (SELECT m.own + interval '1 month' AS month) n
            WHERE CASE c.kind
                  WHEN 'inventory' THEN c.from_at >= (n.month - interval '48 hours') AT TIME ZONE 'UTC'
                  ELSE c.to_at > (n.month - interval '48 hours') AT TIME ZONE 'UTC'
                  END) months
     WHERE c.organization_id = $1 AND c.meter_id = $2
       AND c.from_at >= $3 AND ($4 IS NULL OR c.from_at < $4)
),
-- A vCenter touches itself; another product every vCenter on which it ever had a claim.
touching AS (
    SELECT p.id AS product_id, p.id AS vcenter_id FROM products p WHERE p.organization_id = $1 AND p.kind = 'vcenter'
     UNION ALL
    SELECT v.product_id, v.vcenter_id FROM product_vcenters v WHERE v.organization_id = $1
)
SELECT DISTINCT touching.vcenter_id, reached.month::date AS month
  FROM reached
  JOIN touching ON touching.product_id = reached.product_id
 WHERE reached.month AT TIME ZONE 'UTC' <= $5
 ORDER BY 1, 2
