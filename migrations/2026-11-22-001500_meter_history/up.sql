-- Settings may be recorded again for a month that has some: nothing is overwritten, the last recorded holds.
ALTER TABLE meter_settings
    -- The nil id of those that are there sorts before every UUID v7.
    ADD COLUMN id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    ADD COLUMN recorded_by text,
    DROP CONSTRAINT meter_settings_pkey,
    ADD PRIMARY KEY (organization_id, meter_id, effective_from, id);
ALTER TABLE meter_settings ALTER COLUMN id DROP DEFAULT;
COMMENT ON TABLE meter_settings IS 'Dated history: the settings in force in a month are those of the latest effective_from up to it, and of those the last recorded (metering.md 1.1).';
COMMENT ON COLUMN meter_settings.effective_from IS 'A month''s first day; the settings given at the first registration carry 0001-01-01, since they hold for all time before it, too.';
COMMENT ON COLUMN meter_settings.id IS 'UUID v7: of two recorded for one month the greater is the later.';
COMMENT ON COLUMN meter_settings.recorded_by IS 'As the audit names the actor; null where it was not kept.';

CREATE TABLE meter_tokens (
    organization_id uuid NOT NULL,
    meter_id uuid NOT NULL,
    id uuid NOT NULL,
    token_sha256 bytea NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (organization_id, meter_id, id),
    FOREIGN KEY (organization_id, meter_id) REFERENCES meters (organization_id, id)
);
CREATE UNIQUE INDEX meter_tokens_token ON meter_tokens (token_sha256);
COMMENT ON TABLE meter_tokens IS 'The tokens of a meter: good until revoked, two at once while one is exchanged for the next.';
COMMENT ON COLUMN meter_tokens.token_sha256 IS 'Only the digest is kept: the token itself was shown once.';
COMMENT ON COLUMN meter_tokens.created_at IS 'By the machine''s clock, as every token life.';

-- The policies hold the owner as well: out of the way while the digests move.
ALTER TABLE meters NO FORCE ROW LEVEL SECURITY;
INSERT INTO meter_tokens (organization_id, meter_id, id, token_sha256, created_at)
SELECT organization_id, id, gen_random_uuid(), token_sha256, registered_at FROM meters;
ALTER TABLE meters FORCE ROW LEVEL SECURITY;
SELECT protect_tenant_table('meter_tokens');
GRANT SELECT, INSERT, UPDATE (revoked_at) ON meter_tokens TO usage_service;

DROP POLICY machinery ON meters;
CREATE POLICY machinery ON meter_tokens FOR SELECT TO CURRENT_USER USING (true);
CREATE OR REPLACE FUNCTION meter_of_token(wanted bytea) RETURNS TABLE (organization_id uuid, meter_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.organization_id, t.meter_id FROM meter_tokens t WHERE t.token_sha256 = wanted AND t.revoked_at IS NULL
$$;

ALTER TABLE meters DROP COLUMN token_sha256, ADD COLUMN deregistered_at timestamptz;
COMMENT ON COLUMN meters.registered_at IS 'The last time, for one that was de-registered and registered again; the audit has all.';
COMMENT ON COLUMN meters.deregistered_at IS 'Since when it is not registered any more. Settings, evidence and reports stay.';
GRANT UPDATE (name, connectivity, public_key, registered_at, deregistered_at) ON meters TO usage_service;

CREATE TABLE notices (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('meter-registered-offline')),
    meter_id uuid NOT NULL,
    PRIMARY KEY (organization_id, id),
    FOREIGN KEY (organization_id, meter_id) REFERENCES meters (organization_id, id)
);
COMMENT ON TABLE notices IS 'What a partner and its aggregator should see without looking for it; never changed.';
COMMENT ON COLUMN notices.organization_id IS 'The partner that it is about; its aggregator sees it with everything else below it.';
COMMENT ON COLUMN notices.id IS 'UUID v7, in whose order they are listed.';
SELECT protect_tenant_table('notices');
GRANT SELECT, INSERT ON notices TO usage_service;
