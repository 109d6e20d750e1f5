-- $1 organization, $2 slot, $3 the first month that is recent, $4 those that differed or the others, $5 how many at most.
SELECT u.billing_mode, u.vcenter_id, u.month, v.verified_at,
       -- Among those never verified another choice each night, which a second leader repeats.
       md5(concat_ws(' ', $2::text, u.organization_id, u.billing_mode, u.vcenter_id, u.month)) AS turn
  FROM units u
  LEFT JOIN unit_verifications v ON v.organization_id = u.organization_id AND v.billing_mode = u.billing_mode
                                AND v.vcenter_id = u.vcenter_id AND v.month = u.month
 WHERE u.organization_id = $1
   -- Of a unit that waits to be metered or composed, nothing can be said yet.
   AND u.version > 0 AND u.done = u.wanted AND u.composed = u.done
   AND v.slot IS DISTINCT FROM $2
   AND coalesce(v.differences > 0, false) = $4
   -- An old month is closed: only what differed in it is looked at again, until it no longer does.
   AND ($4 OR u.month >= $3
        OR (SELECT r.status
              FROM report_revisions r
             WHERE r.organization_id = u.organization_id AND r.billing_mode = u.billing_mode AND r.month = u.month
             ORDER BY r.revision DESC
             LIMIT 1) IS DISTINCT FROM 'final')
 ORDER BY v.verified_at NULLS FIRST, turn
 LIMIT $5
