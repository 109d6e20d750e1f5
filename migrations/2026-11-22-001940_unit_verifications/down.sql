DROP FUNCTION verified_units;
DROP TABLE unit_verifications;
