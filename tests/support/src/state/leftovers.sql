SELECT 'outbox' AS what, organization_id AS organization, body::text AS which, NULL AS why FROM outbox
UNION ALL
SELECT 'unit', organization_id, billing_mode || '/' || vcenter_id || '/' || month,
       CASE WHEN failed THEN 'failed' WHEN done < wanted THEN 'not metered' ELSE 'not composed' END
  FROM units
 WHERE failed OR done < wanted OR composed < done
UNION ALL
SELECT 'upload', organization_id, upload_id::text, status || ' ' || errors
  FROM upload_states
 WHERE status NOT IN ('processed', 'rejected')
UNION ALL
SELECT 'attempts', organization_id, queue || ' ' || key, concat(attempts, ': ', last_error) FROM work_attempts
UNION ALL
SELECT 'dead letter', organization_id, queue || ' ' || key, reason FROM dead_letters WHERE state = 'open'
UNION ALL
SELECT 'difference', organization_id, billing_mode || '/' || vcenter_id || '/' || month, findings::text
  FROM unit_verifications
 WHERE differences > 0
UNION ALL
SELECT 'cause', organization_id, billing_mode || '/' || month, cause FROM report_causes
UNION ALL
SELECT 'run', NULL, scheduled_for::text, 'not finished' FROM aggregation_runs WHERE finished_at IS NULL
UNION ALL
SELECT 'run', organization_id, scheduled_for || ' ' || billing_mode || '/' || month, 'not finished'
  FROM aggregation_run_months
 WHERE finished_at IS NULL
