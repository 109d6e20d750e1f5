DROP INDEX vm_history_holding;
DROP TABLE unit_checkpoints;
