DROP TABLE notices;

-- The policies hold the owner as well: out of the way while rows are changed.
ALTER TABLE meters NO FORCE ROW LEVEL SECURITY;
REVOKE UPDATE (name, connectivity, public_key, registered_at, deregistered_at) ON meters FROM usage_service;
ALTER TABLE meters DROP COLUMN deregistered_at, ADD COLUMN token_sha256 bytea, ADD COLUMN registered timestamptz;
UPDATE meters m
   -- One token each: the newest that is good, or one that nobody has.
   SET token_sha256 = coalesce((SELECT t.token_sha256
                                  FROM meter_tokens t
                                 WHERE t.organization_id = m.organization_id AND t.meter_id = m.id AND t.revoked_at IS NULL
                                 ORDER BY t.created_at DESC, t.id DESC
                                 LIMIT 1),
                               sha256(gen_random_uuid()::text::bytea)),
       registered = registered_at;
ALTER TABLE meters DROP COLUMN registered_at;
ALTER TABLE meters RENAME COLUMN registered TO registered_at;
ALTER TABLE meters ALTER COLUMN token_sha256 SET NOT NULL, ALTER COLUMN registered_at SET NOT NULL;
CREATE UNIQUE INDEX meters_token ON meters (token_sha256);
ALTER TABLE meters FORCE ROW LEVEL SECURITY;

CREATE OR REPLACE FUNCTION meter_of_token(wanted bytea) RETURNS TABLE (organization_id uuid, meter_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.organization_id, m.id FROM meters m WHERE m.token_sha256 = wanted
$$;
CREATE POLICY machinery ON meters FOR SELECT TO CURRENT_USER USING (true);
DROP TABLE meter_tokens;

ALTER TABLE meter_settings NO FORCE ROW LEVEL SECURITY;
DELETE FROM meter_settings earlier
 USING meter_settings later
 WHERE later.organization_id = earlier.organization_id AND later.meter_id = earlier.meter_id
   AND later.effective_from = earlier.effective_from AND later.id > earlier.id;
ALTER TABLE meter_settings FORCE ROW LEVEL SECURITY;
ALTER TABLE meter_settings
    DROP CONSTRAINT meter_settings_pkey,
    DROP COLUMN id,
    DROP COLUMN recorded_by,
    ADD PRIMARY KEY (organization_id, meter_id, effective_from);
COMMENT ON TABLE meter_settings IS 'Dated history: the settings in force in a month are those of the latest effective_from up to it (metering.md 1.1).';
COMMENT ON COLUMN meter_settings.effective_from IS 'A month''s first day; the settings given at registration carry 0001-01-01, since they hold for all time before it, too.';
