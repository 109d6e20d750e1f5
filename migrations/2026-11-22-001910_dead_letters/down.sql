DROP FUNCTION operator_organization, open_dead_letters;
DROP TABLE dead_letters;
ALTER TABLE work_attempts NO FORCE ROW LEVEL SECURITY;
DELETE FROM work_attempts WHERE attempts = 0;
UPDATE work_attempts SET last_error = '' WHERE last_error IS NULL;
ALTER TABLE work_attempts FORCE ROW LEVEL SECURITY;
ALTER TABLE work_attempts
    DROP COLUMN begun,
    DROP COLUMN hindered,
    DROP COLUMN first_at,
    ALTER COLUMN last_error SET NOT NULL;
COMMENT ON TABLE work_attempts IS 'Attempts that failed by the message''s own doing; a broker''s or a database''s absence does not count.';
COMMENT ON COLUMN work_attempts.attempts IS NULL;
COMMENT ON COLUMN work_attempts.last_error IS NULL;
