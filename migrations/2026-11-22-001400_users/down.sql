DROP TABLE log_in_addresses;
DROP TABLE log_in_failures;
DROP FUNCTION organization_of_password_link;
DROP TABLE password_links;

DROP FUNCTION log_in_of;
CREATE FUNCTION log_in_of(wanted_email text)
RETURNS TABLE (organization_id uuid, id uuid, role text, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.organization_id, u.id, u.role, u.password_hash FROM users u WHERE u.email = wanted_email
$$;
COMMENT ON FUNCTION log_in_of IS 'What log-in compares: the tenant is known only by it.';
REVOKE ALL ON FUNCTION log_in_of FROM public;
GRANT EXECUTE ON FUNCTION log_in_of TO usage_service;

-- A user without a password gets a hash that no password has; the owner is held by policies, so they rest meanwhile.
ALTER TABLE users NO FORCE ROW LEVEL SECURITY;
UPDATE users SET password_hash = '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
 WHERE password_hash IS NULL OR disabled_at IS NOT NULL;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN users.password_hash IS 'argon2id in PHC string form.';
ALTER TABLE users DROP COLUMN disabled_at;
ALTER TABLE users ALTER COLUMN password_hash SET NOT NULL;
