CREATE TABLE api_keys (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    id uuid NOT NULL,
    name text NOT NULL,
    token_sha256 bytea NOT NULL,
    role text NOT NULL,
    rights text[] NOT NULL CHECK (rights <> '{}'),
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX api_keys_token ON api_keys (token_sha256);
COMMENT ON TABLE api_keys IS 'Keys of programs: each has some of the rights of its maker''s role, until it expires or is revoked. Never deleted.';
COMMENT ON COLUMN api_keys.id IS 'UUID v7.';
COMMENT ON COLUMN api_keys.token_sha256 IS 'Only the digest is kept: the key itself was shown once.';
COMMENT ON COLUMN api_keys.role IS 'Its maker''s role: a right that this role loses is lost to the key, too.';
COMMENT ON COLUMN api_keys.rights IS 'Names of the table of rights.';
COMMENT ON COLUMN api_keys.created_by IS 'user:<id>. The key outlives its maker: it is the organization''s.';
COMMENT ON COLUMN api_keys.expires_at IS 'By the machine''s clock, as every token life.';
COMMENT ON COLUMN api_keys.last_used_at IS 'By the machine''s clock, to the minute; null until it is first used.';
COMMENT ON COLUMN api_keys.revoked_at IS 'Business time, as created_at.';

SELECT protect_tenant_table('api_keys');
GRANT SELECT, INSERT, UPDATE (last_used_at, revoked_at) ON api_keys TO usage_service;

CREATE POLICY machinery ON api_keys FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION api_key_of_token(wanted bytea)
RETURNS TABLE (organization_id uuid, id uuid, role text, rights text[], expires_at timestamptz, last_used_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.organization_id, k.id, k.role, k.rights, k.expires_at, k.last_used_at
      FROM api_keys k
     WHERE k.token_sha256 = wanted AND k.revoked_at IS NULL
$$;
COMMENT ON FUNCTION api_key_of_token IS 'Whose key it is and what it may, unless it is revoked: the tenant is known only by it.';
REVOKE ALL ON FUNCTION api_key_of_token FROM public;
GRANT EXECUTE ON FUNCTION api_key_of_token TO usage_service;

COMMENT ON COLUMN uploads.uploaded_by IS 'user:<id>, meter:<id> or api-key:<id>.';
