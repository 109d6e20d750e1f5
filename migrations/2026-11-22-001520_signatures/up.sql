ALTER TABLE uploads ADD COLUMN signature text CHECK (signature IN ('verified', 'unsigned'));
COMMENT ON COLUMN uploads.signature IS 'verified: manifest.sig fitted the key that the meter had at receipt; unsigned: it had no key, or the file no signature. Null when it was refused before, or its signature was wrong.';

CREATE TABLE partner_settings (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    require_signatures boolean NOT NULL,
    PRIMARY KEY (organization_id)
);
COMMENT ON TABLE partner_settings IS 'What a partner sets for all of its meters; a partner without a row has the defaults.';
COMMENT ON COLUMN partner_settings.require_signatures IS 'Files of meters without a registered key are refused; false by default.';
SELECT protect_tenant_table('partner_settings');
GRANT SELECT, INSERT, UPDATE ON partner_settings TO usage_service;
