DROP FUNCTION ensure_vm_history_partition;
DROP TABLE vm_history, unit_totals, unit_versions;
