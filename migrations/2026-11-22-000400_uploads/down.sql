DROP TABLE upload_states, uploads;
