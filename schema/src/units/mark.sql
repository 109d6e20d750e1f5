-- $1 organization, $2 modes, $3 vCenters, $4 months: one unit each, in the order of the key.
INSERT INTO units (organization_id, billing_mode, vcenter_id, month, wanted)
SELECT $1, mode, vcenter_id, month, 1
  FROM unnest($2, $3, $4) WITH ORDINALITY AS marked (mode, vcenter_id, month, place)
 ORDER BY place
    ON CONFLICT (organization_id, billing_mode, vcenter_id, month)
    -- A mark is a new chance for a unit that failed.
    DO UPDATE SET wanted = units.wanted + 1, failed = false
RETURNING billing_mode, vcenter_id, month, wanted
