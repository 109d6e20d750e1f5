-- $1 organization, $2 the business time.
UPDATE upload_states
   -- Errors are notes of a failure that has passed.
   SET status = 'processed', processed_at = $2, errors = '[]'
 WHERE organization_id = $1
   AND status = 'processing'
   -- The rows are taken in the order of the key, so that two months that finish at once do not deadlock.
   AND upload_id IN (
       SELECT s.upload_id
         FROM upload_states s
        WHERE s.organization_id = $1 AND s.status = 'processing'
          AND NOT EXISTS (
              SELECT 1
                FROM upload_units uu
                JOIN units u ON u.organization_id = uu.organization_id AND u.billing_mode = uu.billing_mode
                            AND u.vcenter_id = uu.vcenter_id AND u.month = uu.month
               WHERE uu.organization_id = $1 AND uu.upload_id = s.upload_id
                 AND u.composed < uu.wanted)
        ORDER BY s.upload_id
          FOR UPDATE OF s)
