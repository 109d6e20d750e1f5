ALTER TABLE users ALTER COLUMN password_hash DROP NOT NULL;
ALTER TABLE users ADD COLUMN disabled_at timestamptz;
GRANT UPDATE (disabled_at) ON users TO usage_service;
COMMENT ON COLUMN users.password_hash IS 'argon2id in PHC string form; null for those who have set none: invited, or signing in elsewhere.';
COMMENT ON COLUMN users.disabled_at IS 'Since when they may not log in; their row stays, since histories name it.';

DROP FUNCTION log_in_of;
CREATE FUNCTION log_in_of(wanted_email text)
RETURNS TABLE (organization_id uuid, id uuid, role text, password_hash text, disabled_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.organization_id, u.id, u.role, u.password_hash, u.disabled_at FROM users u WHERE u.email = wanted_email
$$;
COMMENT ON FUNCTION log_in_of IS 'What log-in compares: the tenant is known only by it.';

CREATE TABLE password_links (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    token_sha256 bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
);
CREATE UNIQUE INDEX password_links_token ON password_links (token_sha256);
COMMENT ON TABLE password_links IS 'The one link, at most, by which a user may set a password: a new one replaces it, its use deletes it.';
COMMENT ON COLUMN password_links.token_sha256 IS 'Only the digest is kept: the link itself was shown once.';
COMMENT ON COLUMN password_links.expires_at IS 'By the machine''s clock, as every token life.';
SELECT protect_tenant_table('password_links');
GRANT SELECT, INSERT, UPDATE, DELETE ON password_links TO usage_service;

CREATE POLICY machinery ON password_links FOR SELECT TO CURRENT_USER USING (true);
CREATE FUNCTION organization_of_password_link(wanted bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.organization_id FROM password_links l WHERE l.token_sha256 = wanted
$$;

REVOKE ALL ON FUNCTION log_in_of, organization_of_password_link FROM public;
GRANT EXECUTE ON FUNCTION log_in_of, organization_of_password_link TO usage_service;

CREATE TABLE log_in_failures (
    email_sha256 bytea NOT NULL,
    address text NOT NULL,
    failures integer NOT NULL CHECK (failures > 0),
    last_at timestamptz NOT NULL,
    PRIMARY KEY (email_sha256, address)
);
CREATE INDEX log_in_failures_age ON log_in_failures (last_at);
COMMENT ON TABLE log_in_failures IS 'Wrong passwords since the last right one, over all processes and before a tenant is known: no row-level security. Addresses that nobody has are counted like others. How long a password is not tried follows from failures and last_at, by the machine''s clock.';
COMMENT ON COLUMN log_in_failures.email_sha256 IS 'Of the e-mail address in lower case.';
COMMENT ON COLUMN log_in_failures.address IS 'The client''s address or /64; empty for all addresses together.';
GRANT SELECT, INSERT, UPDATE, DELETE ON log_in_failures TO usage_service;

CREATE TABLE log_in_addresses (
    email_sha256 bytea NOT NULL,
    address text NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (email_sha256, address)
);
CREATE INDEX log_in_addresses_age ON log_in_addresses (last_at);
COMMENT ON TABLE log_in_addresses IS 'From where right passwords came lately, asked before a tenant is known: no row-level security. Who is there does not wait for what strangers try elsewhere.';
COMMENT ON COLUMN log_in_addresses.email_sha256 IS 'Of the e-mail address in lower case.';
COMMENT ON COLUMN log_in_addresses.address IS 'The client''s address or /64.';
COMMENT ON COLUMN log_in_addresses.last_at IS 'By the machine''s clock.';
GRANT SELECT, INSERT, UPDATE, DELETE ON log_in_addresses TO usage_service;
