CREATE TABLE uploads (
    organization_id uuid NOT NULL REFERENCES organizations (id),
    id uuid NOT NULL,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    size_bytes bigint NOT NULL,
    received_at timestamptz NOT NULL,
    uploaded_by text NOT NULL,
    meter_id uuid,
    month date,
    partial boolean,
    meter_version text,
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX uploads_sha256 ON uploads (organization_id, sha256);
CREATE INDEX uploads_meter ON uploads (organization_id, meter_id, received_at, id);
COMMENT ON TABLE uploads IS 'A fact per file received; never updated. What became of it stands in upload_states.';
COMMENT ON COLUMN uploads.received_at IS 'The instant of the last byte by the service''s clock: deadlines and conflicts are decided by it (metering.md 5).';
COMMENT ON COLUMN uploads.uploaded_by IS 'user:<id> or meter:<id>.';
COMMENT ON COLUMN uploads.meter_id IS 'As the manifest names it; null when no manifest could be read. Not a reference: a refused file may name any meter.';

CREATE TABLE upload_states (
    organization_id uuid NOT NULL,
    upload_id uuid NOT NULL,
    status text NOT NULL CHECK (status IN ('received', 'processing', 'processed', 'rejected')),
    processed_at timestamptz,
    errors jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (organization_id, upload_id),
    FOREIGN KEY (organization_id, upload_id) REFERENCES uploads (organization_id, id)
);
CREATE INDEX upload_states_waiting ON upload_states (organization_id, upload_id) WHERE status IN ('received', 'processing');
COMMENT ON COLUMN upload_states.errors IS 'The refusals of usage-data.md 4 as the API shows them.';

GRANT SELECT, INSERT ON uploads TO usage_service;
GRANT SELECT, INSERT, UPDATE ON upload_states TO usage_service;
