-- The newest revision of each month: its status, the versions that it was made of, its lines as a whole and in parts.
SELECT r.organization_id AS organization, r.billing_mode AS mode, r.month, r.status,
       (SELECT json_agg(json_build_array(ru.vcenter_id, CASE WHEN ru.version = u.version THEN 'newest' ELSE 'old' END)
                        ORDER BY ru.vcenter_id)
          FROM report_units ru
          JOIN units u USING (organization_id, billing_mode, vcenter_id, month)
         WHERE (ru.organization_id, ru.billing_mode, ru.month, ru.revision)
             = (r.organization_id, r.billing_mode, r.month, r.revision)) AS vcenters,
       (SELECT json_agg(json_build_array(l.contract_number, l.site_id, l.position, l.code, l.amount, l.quantity, l.exact,
                                         l.points_per_unit, l.points)
                        ORDER BY l.contract_number, l.site_id, l.code)
          FROM report_lines l
         WHERE (l.organization_id, l.billing_mode, l.month, l.revision)
             = (r.organization_id, r.billing_mode, r.month, r.revision)) AS lines
  FROM (SELECT DISTINCT ON (organization_id, billing_mode, month) *
          FROM report_revisions
         ORDER BY organization_id, billing_mode, month, revision DESC) r
