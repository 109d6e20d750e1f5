DROP TABLE work_attempts, upload_units, units, outbox;
