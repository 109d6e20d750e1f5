-- The rows in force of each unit that is listed. An open row ends at the horizon of the newest version, or with the month.
SELECT h.organization_id AS organization, h.billing_mode AS mode, h.month, h.vcenter_id AS vcenter, h.vm_id AS vm,
       h.begin_at AS begin, coalesce(h.end_at, least(v.horizon, h.month + interval '1 month')) AS "end",
       h.end_at IS NULL AS open, h.mb_hours, h.meter_id AS meter, h.moid, h.vm_name, h.guest_os, h.host_id, h.host_name,
       h.cluster_id, h.org, h.license, h.license_key, h.vcpus, h.memory_mb, h.reserved_mb, h.billed_mb, h.features,
       h.reported
  FROM vm_history h
  JOIN units u USING (organization_id, billing_mode, vcenter_id, month)
  JOIN unit_versions v USING (organization_id, billing_mode, vcenter_id, month, version)
 WHERE h.until IS NULL AND u.listed
