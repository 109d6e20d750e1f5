-- What was done to files, orders and meters, and how often. Log-ins and looks are the test's own affair.
SELECT e.organization_id AS organization, e.action, split_part(e.actor, ':', 1) AS actor,
       coalesce(encode(u.sha256, 'hex'), o.contract_number || ' ' || o.month, e.object_id) AS object,
       CASE WHEN e.action <> 'upload.refuse' THEN count(*) END AS times
  FROM audit_entries e
  LEFT JOIN uploads u ON e.object_kind = 'upload' AND u.organization_id = e.organization_id AND u.id::text = e.object_id
  LEFT JOIN orders o ON e.object_kind = 'order' AND o.organization_id = e.organization_id AND o.id::text = e.object_id
 WHERE e.object_kind IN ('upload', 'order', 'meter') AND e.action <> 'upload.download'
 GROUP BY 1, 2, 3, 4
