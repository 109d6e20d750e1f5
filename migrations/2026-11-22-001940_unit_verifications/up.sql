CREATE TABLE unit_verifications (
    organization_id uuid NOT NULL,
    billing_mode text NOT NULL,
    vcenter_id uuid NOT NULL,
    month date NOT NULL,
    version integer NOT NULL,
    slot timestamptz NOT NULL,
    verified_at timestamptz NOT NULL,
    differences bigint NOT NULL CHECK (differences >= 0),
    findings jsonb NOT NULL,
    PRIMARY KEY (organization_id, billing_mode, vcenter_id, month),
    FOREIGN KEY (organization_id, billing_mode, vcenter_id, month) REFERENCES units (organization_id, billing_mode, vcenter_id, month)
);
COMMENT ON TABLE unit_verifications IS 'The last time that the 24-hour run recomputed a unit from its stored files, and what differed from the database then.';
COMMENT ON COLUMN unit_verifications.version IS 'The version that was compared.';
COMMENT ON COLUMN unit_verifications.slot IS 'The run whose sample it was part of.';
COMMENT ON COLUMN unit_verifications.verified_at IS 'Business time.';
COMMENT ON COLUMN unit_verifications.differences IS 'How many were found; 0 when all was equal.';
COMMENT ON COLUMN unit_verifications.findings IS 'The first of them as verify-month prints them: what, where, stored, recomputed.';
SELECT protect_tenant_table('unit_verifications');
GRANT SELECT, INSERT, UPDATE ON unit_verifications TO usage_service;

CREATE POLICY machinery ON unit_verifications FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION verified_units() RETURNS TABLE (verified bigint, differing bigint, last_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*), count(*) FILTER (WHERE differences > 0), max(verified_at) FROM unit_verifications
$$;
COMMENT ON FUNCTION verified_units IS 'How many units were verified, and how many of them differ: counts only, for metrics and /readyz.';
REVOKE ALL ON FUNCTION verified_units FROM public;
GRANT EXECUTE ON FUNCTION verified_units TO usage_service;
