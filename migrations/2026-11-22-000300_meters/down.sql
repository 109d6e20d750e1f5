DROP TABLE meter_settings, meters;
