-- Coverage and sums of the newest version of each unit that is listed.
SELECT v.organization_id AS organization, v.billing_mode AS mode, v.vcenter_id AS vcenter, v.month,
       v.horizon, v.first_evidence_at AS first_evidence, v.covered, v.row_count AS rows,
       (SELECT json_agg(json_build_array(t.meter_id, t.code, t.amount) ORDER BY t.meter_id, t.code)
          FROM unit_totals t
         WHERE t.organization_id = v.organization_id AND t.billing_mode = v.billing_mode
           AND t.vcenter_id = v.vcenter_id AND t.month = v.month AND t.version = v.version) AS totals
  FROM unit_versions v
  JOIN units u USING (organization_id, billing_mode, vcenter_id, month, version)
 WHERE u.listed
