-- $1 organization, $2 mode, $3 vCenter, $4 month of a unit that has just ceased to be failed.
UPDATE upload_states
   SET errors = '[]'
 WHERE organization_id = $1
   -- In the order in which composing takes them.
   AND upload_id IN (
       SELECT s.upload_id
         FROM upload_states s
         JOIN upload_units uu ON uu.organization_id = s.organization_id AND uu.upload_id = s.upload_id
        WHERE s.organization_id = $1 AND s.status = 'processing'
          AND uu.billing_mode = $2 AND uu.vcenter_id = $3 AND uu.month = $4
          AND NOT EXISTS (
              SELECT
                FROM upload_units other
                JOIN units u ON u.organization_id = other.organization_id AND u.billing_mode = other.billing_mode
                            AND u.vcenter_id = other.vcenter_id AND u.month = other.month
               WHERE other.organization_id = $1 AND other.upload_id = s.upload_id AND u.failed)
        ORDER BY s.upload_id
          FOR UPDATE OF s)
