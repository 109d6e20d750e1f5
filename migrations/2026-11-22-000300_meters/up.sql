CREATE TABLE meters (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    id uuid NOT NULL,
    name text NOT NULL,
    connectivity text NOT NULL CHECK (connectivity IN ('online', 'offline')),
    public_key bytea CHECK (length(public_key) = 32),
    token_sha256 bytea NOT NULL,
    registered_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);
CREATE UNIQUE INDEX meters_token ON meters (token_sha256);
COMMENT ON TABLE meters IS 'Usage Meters as a partner registered them; the id is the appliance''s own UUID.';
COMMENT ON COLUMN meters.public_key IS 'Raw Ed25519 key; where there is one, manifest.sig must verify.';

CREATE TABLE meter_settings (
    organization_id uuid NOT NULL,
    meter_id uuid NOT NULL,
    effective_from date NOT NULL CHECK (extract(day FROM effective_from) = 1),
    billing_mode text NOT NULL CHECK (billing_mode IN ('production', 'test')),
    contract_number text NOT NULL,
    site_id uuid,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (organization_id, meter_id, effective_from),
    FOREIGN KEY (organization_id, meter_id) REFERENCES meters (organization_id, id),
    FOREIGN KEY (organization_id, contract_number) REFERENCES contracts (organization_id, number),
    FOREIGN KEY (organization_id, site_id) REFERENCES sites (organization_id, id)
);
COMMENT ON TABLE meter_settings IS 'Dated history: the settings in force in a month are those of the latest effective_from up to it (metering.md 1.1).';
COMMENT ON COLUMN meter_settings.effective_from IS 'A month''s first day; the settings given at registration carry 0001-01-01, since they hold for all time before it, too.';

GRANT SELECT, INSERT ON meters, meter_settings TO usage_service;
