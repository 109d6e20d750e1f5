-- $1 organization, $2 and $3: the window of a collection's from.
SELECT DISTINCT settings.billing_mode, c.product_id AS vcenter_id
  FROM collections c
  JOIN products p ON p.organization_id = $1 AND p.id = c.product_id AND p.kind = 'vcenter'
 CROSS JOIN LATERAL (
       SELECT billing_mode
         FROM meter_settings s
        WHERE s.organization_id = $1 AND s.meter_id = c.meter_id
          AND s.effective_from <= (c.from_at AT TIME ZONE 'UTC')::date
        ORDER BY s.effective_from DESC, s.id DESC
        LIMIT 1) settings
 WHERE c.organization_id = $1 AND c.from_at >= $2 AND c.from_at < $3
 ORDER BY 1, 2
