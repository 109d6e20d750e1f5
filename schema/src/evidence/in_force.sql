-- $1 organization, $2 billing mode, $3 vCenter, $4 and $5: the evidence window [M0 - 48 h, M1).
WITH
-- The vCenter itself, and every product that ever claimed a virtual machine on it.
relevant AS (
    SELECT id, kind
      FROM products
     WHERE organization_id = $1
       AND (id = $3 OR id IN (SELECT product_id FROM product_vcenters
                               WHERE organization_id = $1 AND vcenter_id = $3))
),
-- Of each identity the first received. An events window lasts at most 24 hours.
first AS (
    SELECT DISTINCT ON (c.meter_id, c.product_id, c.kind, c.from_at, c.to_at)
           c.*, relevant.kind AS product_kind
      FROM collections c
      JOIN relevant ON relevant.id = c.product_id
     WHERE c.organization_id = $1
       AND c.from_at >= $4::timestamptz - interval '24 hours' AND c.from_at < $5
       AND CASE c.kind WHEN 'inventory' THEN c.from_at >= $4 ELSE c.to_at > $4 END
     ORDER BY c.meter_id, c.product_id, c.kind, c.from_at, c.to_at, c.received_at, c.upload_id
)
SELECT first.meter_id, first.product_id, first.product_kind, first.kind, first.from_at, first.to_at,
       first.received_at, copy.records, first.sha256, copy.path,
       copy.entry_offset, copy.stored_bytes, copy.inflated_bytes, copy.method, copy.crc32,
       uploads.sha256 AS file_sha256
  FROM first
-- A collection belongs to the mode that its meter had at its from: by the latest settings, of one month the last recorded.
 CROSS JOIN LATERAL (
       SELECT billing_mode
         FROM meter_settings s
        WHERE s.organization_id = $1 AND s.meter_id = first.meter_id
          AND s.effective_from <= (first.from_at AT TIME ZONE 'UTC')::date
        ORDER BY s.effective_from DESC, s.id DESC
        LIMIT 1) settings
-- The first may have been skipped unread as a duplicate of one processed before it: read verified bytes.
 CROSS JOIN LATERAL (
       SELECT *
         FROM collections c
        WHERE c.organization_id = $1
          AND c.meter_id = first.meter_id AND c.product_id = first.product_id AND c.kind = first.kind
          AND c.from_at = first.from_at AND c.to_at = first.to_at
          AND c.sha256 = first.sha256 AND c.verified
        ORDER BY c.received_at, c.upload_id
        LIMIT 1) copy
  JOIN uploads ON uploads.organization_id = $1 AND uploads.id = copy.upload_id
 WHERE settings.billing_mode = $2
 ORDER BY first.from_at, first.meter_id, first.product_id, first.kind, first.to_at
